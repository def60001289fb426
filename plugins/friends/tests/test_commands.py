"""`gamehall friends`, on a database that no hall is using."""

from __future__ import annotations

import pytest

from gamehall.accounts import Registration, User, add_user
from gamehall.audit import list_audit
from gamehall.commands import transact
from gamehall.settings import load_settings
from gamehall.tables import now
from gamehall_friends.befriending import ask
from gamehall_friends.tables import block
from rig.command import NOT_FOUND, Run

pytestmark = pytest.mark.usefixtures("bare")


def user(name: str) -> User:
    registration = Registration(username=name, email=f"{name}@example.org", password="", display_name=name.title())
    return transact(load_settings({}), add_user, registration, "no hash")


def test_friends_are_listed_and_separated(bare: Run) -> None:
    assert bare("db", "upgrade").code == 0
    ada, bob, eve = user("ada"), user("bob"), user("eve")
    settings = load_settings({})
    for asker, asked in ((ada, "bob"), (bob, "ada"), (eve, "ada")):
        transact(settings, ask, asker.id, asked)
    blocked = {"blocker_id": bob.id, "blocked_id": eve.id, "created_at": now()}
    transact(settings, lambda connection: connection.execute(block.insert(), blocked))

    (friend,) = bare("--json", "friends", "list", "ADA").envelope["data"]
    assert (friend["username"], friend["display_name"]) == ("bob", "Bob")
    assert [row[:2] for row in bare("friends", "list", "ada").rows] == [["USER", "NAME"], ["bob", "Bob"]]
    (request,) = bare("--json", "friends", "requests", "ada").envelope["data"]
    assert (request["from"], request["to"]) == ("eve", "ada")
    assert [row[:2] for row in bare("friends", "requests", "eve").rows] == [["FROM", "TO"], ["eve", "ada"]]
    assert bare("--json", "friends", "blocks", "bob").envelope["data"] == [{"username": "eve", "display_name": "Eve"}]
    assert bare("friends", "blocks", "ada").rows == [["USER", "NAME"]]

    assert bare("--yes", "friends", "remove", "bob", "ada").out == "They are not friends any more.\n"
    assert bare("--yes", "friends", "remove", "bob", "ada").code == NOT_FOUND
    assert bare("friends", "list", "nobody").code == NOT_FOUND
    assert bare("--json", "friends", "list", "ada").envelope["data"] == []
    (entry, *_) = transact(settings, list_audit)
    assert (entry.kind, entry.about, entry.subject) == ("friendship.ended", "bob", "ada")
