"""A hall for a test: every installed plugin at work, on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from gamehall import migrate
from gamehall.app import HallApp, create_app
from gamehall.plugins import load_plugins
from gamehall.settings import Settings

__all__ = ["Hall", "User", "open_hall"]


class User:
    """Somebody who is signed in; called with a method, a path below `/api/v1` and the members of the body."""

    def __init__(self, client: TestClient[HallApp], username: str, token: str) -> None:
        self.username = username
        self._client = client
        self._headers = {"Authorization": f"Token {token}"}

    def __call__(self, method: str, path: str, **body: Any) -> Any:
        """The answer's JSON. Raises AssertionError with what the hall said when it refuses."""
        answer = self._client.request(method, f"/api/v1{path}", json=body or None, headers=self._headers)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None


class Hall:
    """A running hall. `client` calls any path as a stranger and, like a browser, keeps cookies."""

    def __init__(self, client: TestClient[HallApp]) -> None:
        self.client = client

    def user(self, username: str) -> User:
        """A new user. Needs a plugin that signs programs in at `/api/v1/auth/register`."""
        account = {"username": username, "email": f"{username}@example.org", "password": "a password of a test"}
        answer = self.client.post("/api/v1/auth/register", json=account)
        assert answer.status_code == 201, f"no sign-in for programs: {answer.text}"
        return User(self.client, username, answer.json()["token"])

    def play(self, ruleset: str, moves: str, **options: Any) -> Any:
        """The game, as the API tells it, after two new users played these moves, separated by spaces."""
        players = [self.user("first-player"), self.user("second-player")]
        challenge = players[0](
            "POST", "/challenges", ruleset=ruleset, options=options, opponent="second-player", seat=0
        )
        game_id = players[1]("POST", f"/challenges/{challenge['id']}/respond", action="accept")["game_id"]
        for ply, move in enumerate(moves.split()):
            seat = players[0]("GET", f"/games/{game_id}")["to_act"]
            assert seat is not None, f"the game was over before {move}"
            players[seat]("POST", f"/games/{game_id}/moves", move=move, ply=ply)
        return players[0]("GET", f"/games/{game_id}")


@contextmanager
def open_hall(folder: Path, **settings: Any) -> Iterator[Hall]:
    """A hall on SQLite that keeps its things in this folder, with these settings; it ends with the block."""
    url = f"sqlite+aiosqlite:///{folder / 'hall.db'}"
    usual: dict[str, Any] = {"strict": True, "rate_limits": False, "allowed_hosts": ("testserver.local",)}
    chosen = Settings(database_url=url, data_dir=str(folder), **usual | settings)
    migrate.upgrade_all(url, load_plugins(chosen))
    with TestClient(create_app(chosen)) as client:
        yield Hall(client)
