"""What a user does about their account, as the window is told of it: a real network thread, a real hall."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.client import Client
from gamehall.factors import begin_factor, renew_recovery_codes
from gamehall.tables import now, second_factor
from gamehall_desktop.accounts import AuthenticationManager
from gamehall_desktop.hallplay import HallPlay
from gamehall_desktop.network import Network
from gamehall_desktop.session import Session
from gamehall_desktop.state.model import Model
from gamehall_desktop.state.signing import Asked
from gamehall_desktop.tokens import Tokens
from rig.processes import free_port
from rig.server import Serve, Server

PASSWORD = "correct horse battery"


class Front:
    """What a window has but the window: the network's thread, a session, and the model that messages change."""

    def __init__(self, folder: Path, base_url: str, profile: str | None = None) -> None:
        self.network = Network()
        self.model = Model()
        self.accounts = AuthenticationManager(
            str(folder / "desktop.json"),
            str(folder / ".env"),
            flags={"base_url": base_url},
            environment={},
            post=self.network.post,
            tokens=Tokens(folder / "kept", "file"),
        )
        self.session = Session(self.accounts, self.network.spawn, self.network.post)
        self.said: list[Any] = []
        self.coming: deque[Any] = deque()
        self.do(self.session.begin, profile)

    def do(self, work: Callable[..., Coroutine[Any, Any, None]], *arguments: Any, again: bool = False) -> None:
        self.network.start(self.session.attempt(partial(work, *arguments), again=again))

    def until(self, there: Callable[[Model], bool]) -> Model:
        """The model, once this is so."""
        while not there(self.model):
            if not self.coming:
                assert self.network.news.wait(60), self.said
                self.network.news.clear()
                self.coming.extend(self.network.messages())
            else:
                self.said.append(self.coming.popleft())
                self.model.take(self.said[-1])
        return self.model

    def register(self, username: str) -> None:
        self.until(lambda model: model.signing.form is not None)
        hall = self.accounts.config.base_url
        self.do(self.session.register, hall, username, f"{username}@example.org", PASSWORD)
        self.until(lambda model: model.account.username == username)

    def close(self) -> None:
        self.network.close(self.session.close())


OpenFront = Callable[..., Front]


@pytest.fixture
def front(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[OpenFront]:
    """Opens the program, again and again on the same computer. Nothing may go wrong in its thread or when it ends."""
    opened: list[Front] = []

    def start(base_url: str, profile: str | None = None) -> Front:
        opened.append(Front(tmp_path, base_url, profile))
        return opened[-1]

    yield start
    for each in opened:
        each.close()
    faults = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert faults == []


def test_signing_in_is_refused_in_the_dialog_and_remembered_when_it_succeeds(server: Server, front: OpenFront) -> None:
    first = front(server.url)
    model = first.until(lambda model: model.signing.form == "sign_in" and bool(model.signing.places))
    assert (model.signing.base_url, model.account.known, model.signing.keeping) == (server.url, (), "file")
    session = first.session
    for work, words in (
        (partial(session.sign_in, server.url, "ada", "wrong"), "no account"),
        (partial(session.sign_in, "hall", "ada", PASSWORD), "https://play.example.org"),
        (partial(session.sign_in, f"http://127.0.0.1:{free_port()}", "ada", PASSWORD), "gamehall serve"),
        (partial(session.register, server.url, "admin", "ada@", "short"), "reserved"),
    ):
        first.do(work)
        first.until(lambda model: model.signing.busy)
        signing = first.until(lambda model: not model.signing.busy).signing
        assert words in " ".join([signing.fault, *signing.errors.values()])
    assert set(model.signing.errors) == {"username", "email", "password"}
    first.register("ada")
    assert model.signing.form is None
    assert [each.label for each in model.account.known] == [f"ada @ {server.url.removeprefix('http://')}"]
    again = front(server.url)
    again.until(lambda model: model.account.username == "ada")
    assert not any(isinstance(each, Asked) for each in again.said)
    again.do(again.session.sign_out)
    assert again.until(lambda model: model.signing.form == "sign_in").signing.username == "ada"
    third = front(server.url)
    assert third.until(lambda model: model.signing.form == "sign_in").account.username is None


def test_a_code_is_asked_for_where_the_account_has_a_second_step(server: Server, front: OpenFront) -> None:
    window = front(server.url)
    window.register("ada")
    code = second_step(server, "ada")
    window.do(window.session.sign_out)
    window.until(lambda model: model.signing.form == "sign_in")
    for given, words in (("", "recovery code"), ("wrong", "not right")):
        window.do(window.session.sign_in, server.url, "ada", PASSWORD, given)
        window.until(lambda model: model.signing.busy)
        signing = window.until(lambda model: not model.signing.busy).signing
        assert signing.code_needed
        assert words in (signing.errors["code"] if given else signing.fault)
    window.do(window.session.sign_in, server.url, "ada", PASSWORD, code)
    window.until(lambda model: model.account.username == "ada")


def second_step(server: Server, username: str) -> str:
    """Turns two-step sign-in on for a user: one of the recovery codes."""
    key = (server.data / "secret_key").read_bytes().strip()
    with sa.create_engine(f"sqlite:///{server.data / 'gamehall.db'}").begin() as connection:
        user_id = user_by_name(connection, username).id
        begin_factor(connection, key, user_id)
        connection.execute(second_factor.update().values(confirmed_at=now()))
        return renew_recovery_codes(connection, key, user_id)[0]


async def sign_others_out(base_url: str) -> None:
    async with Client(base_url) as elsewhere:
        await elsewhere.sign_in("ada", PASSWORD)
        await elsewhere.revoke_others()


def test_what_nobody_may_do_is_done_after_signing_in(server: Server, front: OpenFront) -> None:
    window = front(server.url)
    window.until(lambda model: model.signing.form == "sign_in")

    async def ask() -> None:
        window.network.post(await window.session.client.me())

    window.do(ask, again=True)
    assert "Sign in first" in window.until(lambda model: bool(model.signing.reason)).signing.reason
    window.register("ada")
    window.until(lambda _model: any(getattr(each, "email", "") == "ada@example.org" for each in window.said))


def test_whoever_is_signed_out_elsewhere_goes_on_where_they_were(server: Server, front: OpenFront) -> None:
    window = front(server.url)
    window.register("ada")

    async def begin() -> None:
        challenge = await window.session.client.challenge("tic-tac-toe", "computer", seat=0, clock={"kind": "none"})
        shown = await window.session.client.show_challenge(challenge.id)
        await window.session.open_game(shown.game_id or "")

    window.do(begin)
    game = window.until(lambda model: model.table.game is not None).table.game
    assert game is not None
    asyncio.run(sign_others_out(server.url))

    async def play() -> None:
        assert isinstance(window.session.play, HallPlay)
        await window.session.play.play("b2", 0)

    window.do(play, again=True)
    signing = window.until(lambda model: model.signing.form == "sign_in").signing
    assert (signing.username, bool(signing.reason)) == ("ada", True)
    assert window.model.table.game is None
    window.do(window.session.sign_in, server.url, "ada", PASSWORD)
    window.until(lambda model: model.table.game is not None and model.table.game.moves[:1] == ("b2",))


def test_a_hall_that_is_away_is_asked_until_it_answers(serve: Serve, front: OpenFront) -> None:
    server = serve()
    window = front(server.url)
    window.register("ada")
    server.stop()

    async def ask() -> None:
        await window.session.client.me()

    window.do(ask)
    offline = window.until(lambda model: model.account.offline is not None).account
    assert offline.username == "ada"
    assert "asking again in 4 s" in offline.banner(offline.offline.retry_at - 3.5 if offline.offline else 0)
    later = front(server.url)  # begins while the hall is away
    assert later.until(lambda model: model.account.offline is not None).account.restoring is not None
    assert later.model.signing.form is None
    serve(port=server.port)
    for each in (window, later):
        each.do(each.session.ask_now)
        each.until(lambda model: model.account.offline is None and model.account.username == "ada")


def test_another_profile_closes_what_is_open_and_asks_where_nothing_was_kept(
    serve: Serve, front: OpenFront, tmp_path: Path
) -> None:
    first, second = serve(), serve(data=tmp_path / "other")
    window = front(first.url)
    window.register("ada")
    window.do(window.session.register, second.url, "bob", "bob@example.org", PASSWORD)
    window.until(lambda model: model.account.username == "bob")
    assert [each.username for each in window.model.account.known][-1] == "ada"
    window.do(window.session.sign_in, first.url, "ada", "wrong")  # who is signed in stays
    window.until(lambda model: bool(model.signing.fault))
    assert window.session.client.base_url == second.url
    window.do(window.session.switch, first.url, "ada")
    window.until(lambda model: model.account.username == "ada")
    window.do(window.session.switch, first.url, "cyd")
    signing = window.until(lambda model: model.signing.form == "sign_in").signing
    assert (signing.username, signing.base_url, window.session.play) == ("cyd", first.url, None)
    later = front(second.url, "ada")
    later.until(lambda model: model.account.username == "ada")
    assert later.model.account.base_url == first.url


def test_pitfall_7_nothing_is_left_running_whatever_it_was_doing(server: Server, front: OpenFront) -> None:
    """The original guide's: no "no running event loop", no "Event loop is closed", in whatever state it ends."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        waiting = f"http://127.0.0.1:{silent.getsockname()[1]}"
        asking = front(server.url)  # its dialog is open, and a call that is never answered is under way
        asking.until(lambda model: model.signing.form == "sign_in")
        asking.do(asking.session.sign_in, waiting, "ada", PASSWORD)
        asking.until(lambda model: model.signing.busy)
        signed_in = front(server.url)
        signed_in.register("ada")
        away = front(f"http://127.0.0.1:{free_port()}", "eve")
        away.do(away.session.switch, waiting.replace("127.0.0.1", "127.0.0.2"), "eve")
        away.until(lambda model: model.account.offline is not None)
        for each in (asking, signed_in, away):
            each.close()
            each.network = Network()  # for the end of the test, which closes it once more
