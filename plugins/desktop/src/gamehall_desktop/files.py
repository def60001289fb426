"""Files that only their owner can read, and the tokens that are kept in one of them."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import msgspec
import platformdirs


def write_private(path: Path, content: bytes) -> None:
    """Replaces a file by one with mode 0600, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)


class TokenFile:
    """Tokens by hall and user. They are not encrypted: `notice` is what the user is told of it."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or Path(platformdirs.user_data_dir("gamehall")) / "desktop_tokens.json"

    @property
    def notice(self) -> str:
        return f"Staying signed in keeps a token in {self.path}, readable by you alone and not encrypted."

    def get(self, base_url: str, username: str) -> str | None:
        return self._read().get(_key(base_url, username))

    def put(self, base_url: str, username: str, token: str | None) -> None:
        """Keeps a token, or forgets it."""
        tokens = self._read()
        tokens.pop(_key(base_url, username), None)
        if token is not None:
            tokens[_key(base_url, username)] = token
        write_private(self.path, msgspec.json.encode(tokens))

    def _read(self) -> dict[str, str]:
        """What is kept, nothing if others could have read or written it."""
        try:
            if stat.S_IMODE(self.path.stat().st_mode) & 0o077:
                return {}
            return msgspec.json.decode(self.path.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            return {}


def _key(base_url: str, username: str) -> str:
    return f"{base_url.rstrip('/')}|{username}"
