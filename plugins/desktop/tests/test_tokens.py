"""Where tokens are kept."""

from __future__ import annotations

import stat
from pathlib import Path

from gamehall_desktop.files import TokenFile


def test_tokens_are_kept_where_only_their_owner_can_read_them(tmp_path: Path) -> None:
    tokens = TokenFile(tmp_path / "folder" / "tokens.json")
    tokens.put("http://hall/", "ada", "one")
    tokens.put("http://other", "ada", "two")
    assert stat.S_IMODE(tokens.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(tokens.path.parent.stat().st_mode) == 0o700
    assert str(tokens.path) in tokens.notice
    assert (tokens.get("http://hall", "ada"), tokens.get("http://hall", "bob")) == ("one", None)
    tokens.put("http://hall", "ada", None)
    assert (tokens.get("http://hall", "ada"), tokens.get("http://other", "ada")) == (None, "two")
    tokens.path.chmod(0o644)
    assert tokens.get("http://other", "ada") is None
