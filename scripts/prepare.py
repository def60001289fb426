"""Makes this clone ready, with nothing but Python's standard library:

    prepare.py run     .venv with what serving needs
    prepare.py dev     .venv with what tests, checks and benches need as well
    prepare.py test    the same, and the programs that tests drive
    prepare.py lock    compile requirements/*.txt anew (further arguments go to uv: --upgrade, --upgrade-package NAME)

uv comes with pip into .cache/uv, everything else with uv, pinned and hashed, into .venv. A second run finds nothing
to do.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
STAMP = VENV / ".prepared"
UV_HOME = ROOT / ".cache/uv"
REQUIREMENTS = ROOT / "requirements"
MEMBERS = [ROOT / "platform", *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]

# Debian's package, and how to tell that what it brings is there already.
PROGRAMS: dict[str, Callable[[], object]] = {
    "chromium": lambda: shutil.which("chromium") or shutil.which("chromium-browser"),
    "xvfb": lambda: shutil.which("Xvfb"),
    "xdotool": lambda: shutil.which("xdotool"),
    "dbus-daemon": lambda: shutil.which("dbus-run-session"),
    "gnome-keyring": lambda: shutil.which("gnome-keyring-daemon"),
    "libgl1": lambda: ctypes.util.find_library("GL"),
    "binutils": lambda: shutil.which("objdump"),
    "fonts-wqy-microhei": lambda: list(Path("/usr/share/fonts").glob("**/wqy-microhei.ttc")),
    "nginx-light": lambda: shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"),
    "caddy": lambda: shutil.which("caddy"),
    "systemd": lambda: shutil.which("systemd-analyze"),
    "docker-compose": lambda: shutil.which("docker-compose"),
    "pente": lambda: shutil.which("pente") or shutil.which("pente", path="/usr/games"),
    "libfaketime": lambda: list(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")),
    "libgl1-mesa-dri": lambda: list(Path("/usr/lib").glob("*/dri/swrast_dri.so")),
}


def main(arguments: list[str]) -> None:
    match arguments:
        case ["run" | "dev" as name]:
            environment(name)
        case ["test"]:
            environment("dev")
            programs()
        case ["lock", *options]:
            lock(options)
        case _:
            sys.exit(__doc__)


def environment(name: str) -> None:
    """.venv as requirements/<name>.txt and the members say; one that holds more than is asked for keeps it."""
    stamp = STAMP.read_text().split() if STAMP.exists() else []
    if stamp[:1] == ["dev"]:
        name = "dev"
    digest = fingerprint(name)
    if stamp == [name, digest] and works(PYTHON):
        return
    say(f"preparing .venv with requirements/{name}.txt")
    if not works(PYTHON):
        uv("venv", "--quiet", "--clear", "--python", sys.executable, str(VENV))
    STAMP.unlink(missing_ok=True)
    # Tests start many processes, some where Python may write no bytecode: it is made once, here.
    bytecode = ["--compile-bytecode"] if name == "dev" else []
    pins = str(REQUIREMENTS / f"{name}.txt")
    uv("pip", "sync", "--quiet", "--python", str(PYTHON), *bytecode, "--require-hashes", pins)
    editable = [argument for member in MEMBERS for argument in ("--editable", str(member))]
    uv("pip", "install", "--quiet", "--python", str(PYTHON), "--no-deps", "--no-build-isolation", *editable)
    STAMP.write_text(f"{name} {digest}\n")


def fingerprint(name: str) -> str:
    """What an environment was made from: other pins, other members or another Python make it anew."""
    digest = hashlib.sha256(sys.version.encode())
    for path in [REQUIREMENTS / f"{name}.txt", *(member / "pyproject.toml" for member in MEMBERS)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def works(python: Path) -> bool:
    """An environment outlives the Python that it was made from: a dangling link is no environment."""
    return python.exists() and subprocess.run([python, "-c", ""], check=False).returncode == 0


def programs() -> None:
    """What the tests drive and no wheel carries. A test that lacks one of them says so itself."""
    lacking = [package for package, found in PROGRAMS.items() if not found()]
    if not lacking:
        return
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        say(f"not on this machine, so some tests will be skipped: {', '.join(lacking)} (Debian's names)")
        return
    say(f"installing with apt-get: {', '.join(lacking)}")
    if not apt_install(lacking):
        say("apt-get could not install them: some tests will be skipped")


def apt_install(packages: list[str]) -> bool:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", "-qq", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            return False
    return True


def lock(options: list[str]) -> None:
    """Three files: uv itself, what serving needs, and – with the same versions – what working on the project needs."""
    members = [str(member.relative_to(ROOT) / "pyproject.toml") for member in MEMBERS]
    unpinned = [argument for member in MEMBERS for argument in ("--no-emit-package", distribution(member))]
    all_members = [*members, *unpinned, "--extra", "redis"]
    compile_pins("uv", options)
    compile_pins("run", [*options, *all_members])
    compile_pins(
        "dev", [*options, *all_members, "--extra", "otel", "--extra", "reload", "--constraint", "requirements/run.txt"]
    )


def compile_pins(name: str, arguments: list[str]) -> None:
    fixed = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header"]
    uv("pip", "compile", *fixed, *arguments, f"requirements/{name}.in", "--output-file", f"requirements/{name}.txt")


def distribution(member: Path) -> str:
    with (member / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["name"])


def uv(*arguments: str) -> None:
    """Runs uv, which never brings a Python of its own and lets output and failure through."""
    binary = UV_HOME / "bin/uv"
    if not binary.exists():
        say("installing uv into .cache/uv")
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        own_venv()
        run(UV_HOME / "bin/python", *pip, "--require-hashes", "--requirement", REQUIREMENTS / "uv.txt")
    run(binary, *arguments, environment=settings_of_pip() | os.environ | {"UV_PYTHON_DOWNLOADS": "never"})


def own_venv() -> None:
    """The folder that pip installs uv into. Debian keeps what `venv` needs in a package of its own."""
    command = [sys.executable, "-m", "venv", "--clear", str(UV_HOME)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        package = f"python3.{sys.version_info.minor}-venv"
        if not (shutil.which("apt-get") and os.geteuid() == 0 and apt_install([package])):
            shutil.rmtree(UV_HOME, ignore_errors=True)
            sys.exit(f"{sys.executable} cannot make virtual environments; on Debian: apt-get install {package}")
        run(*command)


def settings_of_pip() -> dict[str, str]:
    """uv does not read what a machine has told pip about its index and its certificates: say it again in uv's words."""
    words = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    listed = subprocess.run(
        [UV_HOME / "bin/python", "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        word = words.get(key.rpartition(".")[2])
        if word:
            settings.setdefault(word, value.strip("'"))  # the environment is listed before the files, and wins
    return settings


def run(*command: str | Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}")


def say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
