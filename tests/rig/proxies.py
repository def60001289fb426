"""Proxies of the kinds that operators use, run with the very samples in deploy/, other names and addresses put in."""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rig import missing
from rig.processes import Process, free_port, listens
from rig.tree import ROOT

SAMPLES = ROOT / "deploy"


class Proxy:
    """What answers at `url`, https; `certificate` is a file with what it shows of itself."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.plain_port = free_port()
        self.url = f"https://localhost:{port}"
        self.certificate = folder / "certificate.pem"
        self.key = folder / "key.pem"
        _certify(self.certificate, self.key)

    def nginx(self, upstreams: Sequence[int]) -> Process:
        sample = _filled_in(
            (SAMPLES / "nginx.conf").read_text(),
            {
                "10.0.0.11:8000": f"127.0.0.1:{upstreams[0]}",
                "10.0.0.12:8000": f"127.0.0.1:{upstreams[1]}",
                "    listen [::]:80;\n": "",
                "    listen [::]:443 ssl http2;\n": "",
                "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
                "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
                "/etc/letsencrypt/live/hall.example.org/fullchain.pem": str(self.certificate),
                "/etc/letsencrypt/live/hall.example.org/privkey.pem": str(self.key),
                "/var/cache/nginx/gamehall": str(self.folder / "cache"),
                "hall.example.org": "localhost",
            },
        )
        (self.folder / "gamehall.conf").write_text(sample)
        owner = "user root;" if os.geteuid() == 0 else ""
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {self.folder / kind};\n" for kind in kinds)
        (self.folder / "nginx.conf").write_text(
            f"{owner} daemon off; pid {self.folder}/pid; error_log stderr;\nevents {{}}\n"
            f"http {{ access_log off; {temporary} include {self.folder}/gamehall.conf; }}\n"
        )
        return self._run("nginx", ["-p", str(self.folder), "-e", "stderr", "-c", str(self.folder / "nginx.conf")])

    def caddy(self, upstreams: Sequence[int]) -> Process:
        sample = _filled_in(
            (SAMPLES / "Caddyfile").read_text(),
            {
                "10.0.0.11:8000 10.0.0.12:8000": " ".join(f"127.0.0.1:{port}" for port in upstreams),
                "grace_period 10s": "grace_period 1s\n\tadmin off\n\tauto_https disable_redirects",
                "hall.example.org {": f"{self.url} {{\n\ttls {self.certificate} {self.key}",
            },
        )
        file = self.folder / "Caddyfile"
        file.write_text(sample)
        return self._run("caddy", ["run", "--adapter", "caddyfile", "--config", str(file)])

    def _run(self, name: str, arguments: list[str]) -> Process:
        process = Process([program(name), *arguments], self.folder / "log", environment=at_home(self.folder))
        process.wait_until(lambda: listens(self.port))
        return process


def program(name: str) -> str:
    """Where this program is; tests that need it are skipped without."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    return found or missing(f"{name} (Debian's package has that name)")


def at_home(folder: Path) -> dict[str, str]:
    """Variables with which a program keeps its things here."""
    return os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


def _filled_in(sample: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        assert name in sample, f"the sample has no {name!r} any more"
        sample = sample.replace(name, value)
    return sample


def _certify(certificate: Path, key_file: Path) -> None:
    """Makes a certificate for this machine, which vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
