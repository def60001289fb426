"""Games by correspondence with real servers: whose turn it is for long is told, once, whatever happens to a worker."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import sqlalchemy as sa

from gamehall.database import sync_url
from gamehall.tables import hall_time, mail
from rig.people import Caller
from rig.server import Serve

HOUR = 3_600_000


def change(database_url: str, *statements: sa.Executable) -> int:
    """Changes the database of a hall that is down; how many mails are in it."""
    engine = sa.create_engine(sync_url(database_url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)
        return connection.scalar(sa.select(sa.func.count()).select_from(mail)) or 0


def test_a_turn_that_lasts_is_told_once_though_mail_and_workers_fail(serve: Serve, database_url: str) -> None:
    server = serve(database_url=database_url)
    ada, bob = (Caller(server.url, name) for name in ("ada", "bob"))
    terms = {"ruleset": "tic-tac-toe", "seat": 0, "clock": {"kind": "correspondence", "days": 3}}
    challenge = ada.ask("POST", "/challenges", 201, terms)
    game_id = bob.ask("POST", f"/challenges/{challenge['id']}/respond", 200, {"action": "accept"})["game_id"]
    server.stop()

    later = hall_time.update().values(elapsed=hall_time.c.elapsed + 13 * HOUR)
    assert change(database_url, later) == 0
    public = {"GAMEHALL_PUBLIC_URL": "https://hall.example"}
    nowhere = {"GAMEHALL_MAIL": "smtp+plain://127.0.0.1:9"}
    server = serve(database_url=database_url, workers=2, settings=public | nowhere)
    server.wait_until(lambda: "could not be sent" in server.log())
    server.kill()
    assert change(database_url, mail.update().values(status="sending", due_at=0)) == 1, "as if one had died with it"

    server = serve(database_url=database_url, workers=2, settings=public)
    outbox = server.data / "outbox"
    server.wait_until(lambda: any(outbox.glob("*.eml")))
    server.stop()
    assert change(database_url) == 0
    (file,) = outbox.iterdir()
    read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    assert read["To"].addresses[0].addr_spec == "ada@example.org"
    assert f"https://hall.example/games/{game_id}" in read.get_content().split()
