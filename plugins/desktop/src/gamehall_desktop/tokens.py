"""Where tokens are kept: in the system's keyring where that truly works, in a file of the user's own, or nowhere.

Everything here can take a while – a keyring may ask its user to unlock it – and is called in a thread of its own.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import keyring
import msgspec
import platformdirs
from filelock import FileLock
from keyring.errors import KeyringError

from gamehall.languages import catalogue
from gamehall.problems import UNREADABLE

from .config import Keeping
from .files import write_private

_ = catalogue(__name__)

T = TypeVar("T")

_SERVICE = "gamehall"
_VARIABLES = ("GAMEHALL_TOKEN", "GOMOKU_TOKEN")


class TokenError(Exception):
    """Tokens cannot be kept or read; the message says why and what would help."""


def environment_token(environment: Mapping[str, str] = os.environ) -> str | None:
    """The token that the environment gives: it comes before every other, and is kept nowhere."""
    return next((token for name in _VARIABLES if (token := environment.get(name, "").strip())), None)


def in_time(work: Callable[[], T], seconds: float) -> T:
    """What `work` returns. Raises TimeoutError when it takes longer; it goes on then, but holds up nothing."""
    answers: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            errors.append(error)

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise TimeoutError
    return answers[0]


class KeyringStore:
    """The system's keyring. `seconds` is how long it may take: as long as somebody needs to unlock it."""

    def __init__(self, seconds: float = 60) -> None:
        self._seconds = seconds

    def works(self, seconds: float = 5) -> bool:
        """Whether something that is put in comes out again. What the keyring says of itself is worth nothing."""
        name, secret = f"probe|{secrets.token_hex(8)}", secrets.token_hex(16)

        def probe() -> bool:
            keyring.set_password(_SERVICE, name, secret)
            found = keyring.get_password(_SERVICE, name)
            keyring.delete_password(_SERVICE, name)
            return found == secret

        try:
            return in_time(probe, seconds)
        except Exception:  # noqa: BLE001 - of a library with many backends; whatever it raises, it does not work
            return False

    def get(self, account: str) -> str | None:
        return self._tried(lambda: keyring.get_password(_SERVICE, account))

    def put(self, account: str, token: str | None) -> None:
        def change() -> None:
            if token is not None:
                keyring.set_password(_SERVICE, account, token)
            elif keyring.get_password(_SERVICE, account) is not None:
                keyring.delete_password(_SERVICE, account)

        self._tried(change)

    def _tried(self, work: Callable[[], T]) -> T:
        try:
            return in_time(work, self._seconds)
        except TimeoutError as error:
            raise TokenError(_("The system's keyring does not answer. Unlock it, or choose to use a file.")) from error
        except KeyringError as error:
            raise TokenError(
                _("The system's keyring refuses: {why}", why=str(error) or type(error).__name__)
            ) from error


class TokenFile:
    """A file of tokens by account, readable by its owner alone and not encrypted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, account: str) -> str | None:
        return self._read().get(account)

    def put(self, account: str, token: str | None) -> None:
        """Keeps a token, or forgets it."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(self.path.with_suffix(".lock"), mode=0o600):
            tokens = self._read()
            if tokens.get(account) == token:
                return
            tokens.pop(account, None)
            if token is not None:
                tokens[account] = token
            write_private(self.path, msgspec.json.encode(tokens))

    def _read(self) -> dict[str, str]:
        try:
            if os.name == "posix" and stat.S_IMODE(self.path.stat().st_mode) & 0o077:
                raise TokenError(
                    _("Others can read {path}, so it is not used. Mend it: chmod 600 {path}", path=self.path)
                )
            return msgspec.json.decode(self.path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}
        except (OSError, *UNREADABLE) as error:
            raise TokenError(_("{path} cannot be read: {why}", path=self.path, why=error)) from error


class Tokens:
    """The tokens of one user of this computer, in the place that they have chosen.

    `keeping` is that place: without a choice the keyring where that works, else the file. What is kept in the other one
    is still found, and goes over when it is put again.
    """

    def __init__(self, folder: Path | None = None, chosen: Keeping | None = None) -> None:
        self.folder = folder or Path(platformdirs.user_data_dir("gamehall"))
        self.file = TokenFile(self.folder / "desktop_tokens.json")
        self.chosen = chosen
        self._keyring = KeyringStore()

    @cached_property
    def has_keyring(self) -> bool:
        return self._keyring.works()

    @property
    def keeping(self) -> Keeping:
        if self.chosen in ("file", "nowhere"):
            return self.chosen
        return "keyring" if self.has_keyring else "file"

    def get(self, account: str) -> str | None:
        """Raises TokenError."""
        found = self._keyring.get(account) if self.has_keyring else None
        return found or self.file.get(account)

    def put(self, account: str, token: str | None) -> None:
        """Keeps a token where tokens are to be kept and nowhere else, or forgets it. Raises TokenError."""
        if self.has_keyring:
            self._keyring.put(account, token if self.keeping == "keyring" else None)
        kept = token if self.keeping == "file" else None
        if kept is not None or self.file.path.exists():
            self.file.put(account, kept)
        self._mark(account).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._mark(account).touch(mode=0o600)

    def changed_at(self, account: str) -> int:
        """When a window last put this account's token, to tell whether another one has; 0 when none ever did."""
        try:
            return self._mark(account).stat().st_mtime_ns
        except OSError:
            return 0

    def lock_of(self, account: str) -> Path:
        """The file whose lock a window holds while it exchanges this account's token."""
        return self._mark(account).with_suffix(".lock")

    def _mark(self, account: str) -> Path:
        digest = hashlib.sha256(account.encode()).hexdigest()[:16]
        return self.folder / "desktop_windows" / f"{digest}.changed"


def account_of(base_url: str, username: str) -> str:
    """The name by which a user's token at a hall is kept."""
    return f"{base_url.rstrip('/')}|{username}"
