"""One hall on two hosts with two workers each, as people and programs anywhere reach it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx

from rig.command import call
from rig.people import PASSWORD, Caller, client, play_moves, start_game
from rig.server import Server, serving

__all__ = ["Halls", "playing", "two_hosts"]

_ROUNDS = 4  # each on a connection of its own, so that both workers of a host are asked
_HOSTS, _WORKERS = 2, 2
_SECONDS = 60.0
_BETWEEN_MOVES = 0.5
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


class Halls:
    """Both servers of the hall."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers

    @property
    def url(self) -> str:
        return self.servers[0].url

    def switch(self, *arguments: str, status: int = 0) -> Any:
        """What `gamehall features …` answers, by default once every worker has taken it up."""
        done = call(self.servers[0].environment, "--json", "features", *arguments)
        assert done.code == status, done
        return done.envelope["data"] if status == 0 else done.envelope["error"]

    def answers(self, path: str, method: str = "GET", **request: Any) -> Iterator[httpx.Response]:
        """What each host answers, several times, so that every worker is asked."""
        for server in self.servers:
            for _ in range(_ROUNDS):
                with client(server.url) as once:
                    yield once.request(method, path, **request)

    def statuses(self, path: str, method: str = "GET", **request: Any) -> set[int]:
        return {answer.status_code for answer in self.answers(path, method, **request)}

    def texts(self, path: str, **request: Any) -> list[str]:
        found = list(self.answers(path, **request))
        assert {answer.status_code for answer in found} == {200}, path
        return [answer.text for answer in found]

    def signed_in(self, username: str) -> dict[str, str]:
        """The cookie of a browser in which this user has signed in."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        with client(self.url) as browser:
            fields = dict(_HIDDEN.findall(browser.get("/login").text))
            typed = fields | {"username": username, "password": PASSWORD}
            answer = browser.post("/login", data=typed, headers=headers)
            assert answer.status_code == 303, answer.text
            return {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}


@contextmanager
def two_hosts(folder: Path, database_url: str | None, **settings: str) -> Iterator[Halls]:
    """A hall of four workers, without `database_url` on one SQLite file."""
    with serving(folder) as serve:
        servers = [serve(database_url=database_url, workers=_WORKERS, settings=settings) for _ in range(_HOSTS)]
        yield Halls(servers)


@contextmanager
def playing(halls: Halls, players: tuple[Caller, Caller]) -> Iterator[list[str]]:
    """Two play one game after the other on both hosts, and every move must go; the ids of the games they have ended."""
    ended, over, faults = list[str](), Event(), list[BaseException]()
    hosts = cycle([server.url for server in halls.servers])

    def play() -> None:
        try:
            while not over.is_set():
                game_id = start_game(players)
                for move in ("a1", "b1", "a2", "b2", "a3"):
                    over.wait(_BETWEEN_MOVES)
                    for player in players:
                        player.api = f"{next(hosts)}/api/v1"
                    play_moves(game_id, players, move)
                ended.append(game_id)
        except BaseException as error:  # noqa: BLE001 - it is raised where the block ends
            faults.append(error)

    thread = Thread(target=play)
    thread.start()
    try:
        yield ended
    finally:
        over.set()
        thread.join()
    for fault in faults:
        raise fault


def until(what: Callable[[], bool], meaning: str) -> None:
    """Waits until this is so. Raises AssertionError with what it means when it takes too long."""
    deadline = time.monotonic() + _SECONDS
    while not what():
        assert time.monotonic() < deadline, f"it never came that {meaning}"
        time.sleep(0.05)
