"""Where tokens are kept."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gamehall_desktop.tokens import TokenError, TokenFile, Tokens, account_of, environment_token
from rig import missing

ADA, BOB = account_of("http://hall/", "ada"), account_of("http://hall", "bob")

# A keyring of the kind that a test is about, as PYTHON_KEYRING_BACKEND names it: one that keeps everything in a file,
# one that forgets, one that is silent for ever.
BACKENDS = """
import json, pathlib, os, threading
from keyring.backend import KeyringBackend

class Memory(KeyringBackend):
    priority = 1
    path = pathlib.Path(os.environ["TEST_KEYRING"])

    def _all(self):
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def set_password(self, service, username, password):
        self.path.write_text(json.dumps(self._all() | {service + "/" + username: password}))

    def get_password(self, service, username):
        return self._all().get(service + "/" + username)

    def delete_password(self, service, username):
        self.path.write_text(json.dumps({k: v for k, v in self._all().items() if k != service + "/" + username}))

class Silent(Memory):
    def set_password(self, service, username, password):
        threading.Event().wait()
"""

PROGRAM = """
import sys
from pathlib import Path
from gamehall_desktop.tokens import KeyringStore, Tokens
KeyringStore.works.__defaults__ = (float(sys.argv[2]),)
tokens = Tokens(Path(sys.argv[1]))
print(tokens.has_keyring, tokens.keeping)
tokens.put("http://hall|ada", "secret-one")
print(Tokens(Path(sys.argv[1])).get("http://hall|ada"))
moved = Tokens(Path(sys.argv[1]), "file")
moved.put("http://hall|ada", "secret-two")
print(Tokens(Path(sys.argv[1])).get("http://hall|ada"), moved.file.get("http://hall|ada"))
moved.put("http://hall|ada", None)
print(Tokens(Path(sys.argv[1])).get("http://hall|ada"))
"""


def keep(folder: Path, backend: str | None, *before: str, seconds: float = 5) -> list[str]:
    """What happens to tokens with this backend, as a program of its own tells it."""
    (folder / "backends.py").write_text(BACKENDS)
    environment = os.environ | {"PYTHONPATH": str(folder), "TEST_KEYRING": str(folder / "keyring.json")}
    if backend:
        environment["PYTHON_KEYRING_BACKEND"] = backend
    command = [*before, sys.executable, "-c", PROGRAM, str(folder / "kept"), str(seconds)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_tokens_are_kept_where_only_their_owner_can_read_them(tmp_path: Path) -> None:
    tokens = TokenFile(tmp_path / "folder" / "tokens.json")
    tokens.put(ADA, "one")
    tokens.put(BOB, "two")
    assert stat.S_IMODE(tokens.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(tokens.path.parent.stat().st_mode) == 0o700
    assert (tokens.get(ADA), tokens.get(account_of("http://other", "ada"))) == ("one", None)
    tokens.put(ADA, None)
    assert (tokens.get(ADA), tokens.get(BOB)) == (None, "two")
    assert {path.stat().st_mode & 0o077 for path in tokens.path.parent.iterdir()} == {0}


def test_a_file_that_others_can_read_is_refused_with_what_to_do_and_stays_as_it_is(tmp_path: Path) -> None:
    tokens = TokenFile(tmp_path / "tokens.json")
    tokens.put(ADA, "one")
    tokens.path.chmod(0o644)
    with pytest.raises(TokenError, match=f"chmod 600 {tokens.path}"):
        tokens.get(ADA)
    with pytest.raises(TokenError, match=f"chmod 600 {tokens.path}"):
        tokens.put(BOB, "two")
    tokens.path.chmod(0o600)
    assert (tokens.get(ADA), tokens.get(BOB)) == ("one", None)
    tokens.path.write_text("{")
    with pytest.raises(TokenError, match="cannot be read"):
        tokens.get(ADA)


def test_a_keyring_that_works_is_used_and_what_is_moved_is_nowhere_else(tmp_path: Path) -> None:
    assert keep(tmp_path, "backends.Memory") == ["True keyring", "secret-one", "secret-two secret-two", "None"]
    assert "secret" not in (tmp_path / "keyring.json").read_text()


@pytest.mark.parametrize(
    ("backend", "seconds"),
    [("keyring.backends.null.Keyring", 5), ("keyring.backends.fail.Keyring", 5), ("backends.Silent", 0.3)],
)
def test_a_keyring_that_only_seems_to_work_is_not_used(tmp_path: Path, backend: str, seconds: float) -> None:
    said = keep(tmp_path, backend, seconds=seconds)
    assert said == ["False file", "secret-one", "secret-two secret-two", "None"]


def test_the_keyring_of_a_desktop(tmp_path: Path) -> None:
    if not shutil.which("gnome-keyring-daemon") or not shutil.which("dbus-run-session"):
        missing("gnome-keyring-daemon or dbus-run-session is not on PATH")
    unlocked = 'echo -n secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec "$@"'
    (tmp_path / "home").mkdir()
    before = ("env", f"HOME={tmp_path}/home", "dbus-run-session", "--", "sh", "-c", unlocked, "sh")
    said = keep(tmp_path, None, *before)
    assert said == ["True keyring", "secret-one", "secret-two secret-two", "None"]


def test_nothing_is_kept_by_whoever_wants_that(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path, "nowhere")
    tokens.put(ADA, "one")
    assert tokens.get(ADA) is None
    assert not tokens.file.path.exists()


def test_the_environment_gives_a_token() -> None:
    assert environment_token({"GOMOKU_TOKEN": "old", "GAMEHALL_TOKEN": "new "}) == "new"
    assert environment_token({"GOMOKU_TOKEN": "old", "GAMEHALL_TOKEN": ""}) == "old"
    assert environment_token({}) is None
