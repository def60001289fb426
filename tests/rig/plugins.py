"""Source texts of plugins that keep their promises, for tests of the host beside those that do not."""

from __future__ import annotations

from pathlib import Path

# Signs in whoever is named in a header, makes accounts, and tells what it has heard and whether it has been started.
CALM = """
import contextlib

from gamehall import hookimpl
from gamehall.accounts import Registration, register, user_by_name
from gamehall.asking import HttpRequest, read_body
from gamehall.declare import Authenticator, Lifespan, Listener, Principal
from litestar import get, post
from litestar.params import FromPath

heard: list[str] = []
started: list[bool] = []


@hookimpl
def gamehall_listeners(host):
    async def hear(event):
        heard.append(event.kind)

    return [Listener("game_started", hear)]


@hookimpl
def gamehall_authenticators(host):
    async def identify(connection):
        if (name := connection.headers.get("x-user")) is None:
            return None
        user = await host.read(user_by_name, name)
        return Principal(user.id, user.username, user.display_name, user.is_admin, "header", name)

    return [Authenticator("header", "api", identify, order=10)]


@hookimpl
def gamehall_lifespan(host):
    @contextlib.asynccontextmanager
    async def stay():
        started.append(True)
        yield
        (host.settings.data / "calm-ended").touch()

    return [Lifespan(stay)]


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/calm", opt={"who": "anybody"})
    async def tell() -> dict[str, object]:
        return {"heard": heard, "started": started}

    @post("/api/v1/calm/users/{username:str}", opt={"who": "anybody", "object": "everybody"})
    async def make(username: FromPath[str]) -> None:
        email, password = f"{username}@example.org", "correct horse battery"
        await register(host, Registration(username=username, email=email, password=password))

    return [tell, make]
"""

# A ruleset that is its neighbour's but for the length of the row.
SIX_ROW = """
from gamehall import hookimpl
from gamehall_gomoku_rules import AtLeast, LineGame


class SixRow(LineGame):
    key = "six-row"
    title = "Six in a row"
    line = AtLeast(6)


@hookimpl
def gamehall_rulesets():
    return [SixRow()]
"""

# Uses the hook of the reference's plugin, claps beside it, and tells what its worker has heard of that.
WITNESS = """
import os

import sqlalchemy as sa
from gamehall import hookimpl
from gamehall.declare import Listener
from gamehall.events import NewEvent, game_channel, user_channel
from litestar import get, post
from litestar.params import FromPath

heard: list[str] = []


@hookimpl(optionalhook=True)
def applause_sounds():
    return ["hands"]


@hookimpl
def gamehall_listeners(host):
    async def hear(event):
        heard.append(event.values()["game_id"])

    return [Listener("applause", hear)]


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/witness", opt={"who": "anybody"})
    async def tell() -> dict[str, object]:
        return {"worker": os.getpid(), "heard": heard, "sounds": host.declared("applause_sounds")}

    @post("/api/v1/witness/{game_id:str}/{user_id:str}", opt={"who": "anybody", "object": "everybody"})
    async def clap(game_id: FromPath[str], user_id: FromPath[str]) -> None:
        def write(connection):
            row = {"game": game_id, "user": user_id}
            insert = "INSERT INTO applause_clap (game_id, user_id, claps) VALUES (:game, :user, 1)"
            again = "ON CONFLICT (game_id, user_id) DO UPDATE SET claps = applause_clap.claps + 1"
            connection.execute(sa.text(f"{insert} {again}"), row)
            channels = (game_channel(game_id), user_channel(user_id))
            host.emit(connection, NewEvent("applause", channels, {"game_id": game_id}))

        await host.write(write)

    return [tell, clap]
"""
# A plugin with a table.
NOTES = """
from pathlib import Path

import sqlalchemy as sa
from gamehall import hookimpl
from gamehall.declare import Tables

metadata = sa.MetaData()
sa.Table("notes_note", metadata, sa.Column("id", sa.Integer, primary_key=True))


@hookimpl
def gamehall_tables():
    return [Tables(metadata, Path(__file__).parent / "migrations")]
"""
_REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{number}", {before}
ID = sa.Column("id", sa.Integer, primary_key=True)


def upgrade():
    {what}
"""


def add_revision(folder: Path, number: str, before: str | None, what: str) -> Path:
    """Adds a migration to the plugin of `NOTES` in this folder, which does this after the one before."""
    file = folder / "gamehall_notes/migrations" / f"{number}_notes.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text(_REVISION.format(number=number, before=repr(before), what=what))
    return file
