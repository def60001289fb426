"""`gamehall tokens`, on a database that no hall is using."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from gamehall import migrate
from gamehall.accounts import Registration, User, add_user
from gamehall.audit import list_audit
from gamehall.cli import cli
from gamehall.commands import transact
from gamehall.plugins import load_plugins
from gamehall.problems import Problem
from gamehall.settings import Settings
from gamehall.tables import now
from gamehall_enhanced_auth.families import Grant, issue
from gamehall_enhanced_auth.lifetimes import Lifetimes
from gamehall_enhanced_auth.tables import OLD_TOKENS, token
from gamehall_enhanced_auth.wording import is_token


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("GAMEHALL_DATABASE_URL", database_url)
    monkeypatch.setenv("GAMEHALL_DATA_DIR", str(tmp_path / "data"))
    chosen = Settings(database_url=database_url, data_dir=str(tmp_path / "data"))
    migrate.upgrade_all(database_url, load_plugins(chosen))
    return chosen


def signed_in(settings: Settings, name: str, device: str) -> Grant:
    registration = Registration(username=name, email=f"{name}@example.org", password="", display_name=name)
    user: User = transact(settings, add_user, registration, "no hash")
    return transact(settings, issue, user, {"device_name": device, "device_info": "{}"}, Lifetimes())


def gamehall(*words: str) -> Any:
    """The data that a command answers with."""
    result = CliRunner().invoke(cli, ["--json", *words], catch_exceptions=False, standalone_mode=False)
    return msgspec.json.decode(result.stdout)["data"]


def test_tokens_are_listed_revoked_and_pruned(settings: Settings) -> None:
    ada, bob = signed_in(settings, "ada", "Desk"), signed_in(settings, "bob", "Phone")
    assert [(each["username"], each["device_name"]) for each in gamehall("tokens", "list")] == [
        ("bob", "Phone"),
        ("ada", "Desk"),
    ]
    (listed,) = gamehall("tokens", "list", "--user", "ada")
    assert listed["token_id"] == ada.token_id
    gamehall("tokens", "revoke", ada.token_id)
    assert [each["token_id"] for each in gamehall("tokens", "list")] == [bob.token_id]
    assert gamehall("tokens", "prune") == {"forgotten": 0}
    transact(
        settings,
        lambda connection: connection.execute(
            token.update().values(expires_at=now() - timedelta(days=OLD_TOKENS.days))
        ),
    )
    assert gamehall("tokens", "prune") == {"forgotten": 2}


def test_scripts_get_their_tokens_and_everything_ends_at_once(settings: Settings) -> None:
    signed_in(settings, "ada", "Desk")
    bob = signed_in(settings, "bob", "Phone")
    made = gamehall("tokens", "create", "ada", "--name", "bot", "--scope", "read", "--days", "3")
    assert (made["username"], made["scopes"]) == ("ada", ["read"])
    assert 3 * 86_400 - 60 < made["expires_in"] <= 3 * 86_400
    listed = {each["device_name"]: each for each in gamehall("tokens", "list", "--user", "ada")}
    assert (listed["bot"]["kind"], listed["bot"]["scopes"]) == ("script", ["read"])
    assert made["token"] not in str(listed)
    printed = CliRunner().invoke(cli, ["tokens", "create", "ada", "--name", "bot"], catch_exceptions=False).stdout
    assert is_token(printed.strip())
    for words, field in (
        (["--days", "366"], "days"),
        (["--scope", "admin"], "scopes"),
        (["--name", " "], "device_name"),
    ):
        with pytest.raises(Problem, match="invalid") as refused:
            gamehall("tokens", "create", "ada", "--name", "bot", *words)
        assert [error.field for error in refused.value.errors] == [field]
    assert gamehall("--yes", "tokens", "revoke-all", "ada") == {"username": "ada", "revoked": 3}
    assert [each["token_id"] for each in gamehall("tokens", "list")] == [bob.token_id]
    noted = [entry for entry in transact(settings, list_audit, kind="token") if entry.by.startswith("command line")]
    kinds = Counter(entry.kind for entry in noted)
    assert kinds == {"token.issued": 4, "token.revoked": 3}


def test_what_is_not_there_is_said(settings: Settings) -> None:
    for words in (
        ["list", "--user", "nobody"],
        ["revoke", "0" * 26],
        ["revoke-all", "nobody"],
        ["create", "nobody", "--name", "bot"],
    ):
        with pytest.raises(Problem, match="not-found"):
            gamehall("tokens", *words)
