"""The opponent that is always there, as those who play it see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gamehall.accounts import Registration, register, update_user, user_by_name
from gamehall.events import game_channel
from gamehall.features import Switchable, switch
from gamehall.problems import Problem
from gamehall.signingin import sign_in
from rig.figures import Figures, grown
from rig.hall import PASSWORD, Client, Hall, InstallPlugin, StartHall, done, problem

pytestmark = pytest.mark.anyio

Game = dict[str, Any]


async def challenge(who: Client, ruleset: str = "tic-tac-toe", **more: Any) -> str:
    """The id of a game that began at once, whoever asks having the first seat."""
    terms = {"ruleset": ruleset, "opponent": "computer", "seat": 0} | more
    made = done(await who.post("/challenges", json=terms), 201)
    assert made["status"] == "accepted"
    return str(made["game_id"])


async def wait_for(hall: Hall, who: Client, game_id: str, so: Callable[[Game], bool]) -> Game:
    """The game when it has come to be so."""
    with hall.host.feed.subscribe([game_channel(game_id)]) as news:
        async with asyncio.timeout(120):
            while not so(game := done(await who.get(f"/games/{game_id}"))):
                await news.take(5.0)
            return game


def turn_of(seat: int) -> Callable[[Game], bool]:
    return lambda game: game["to_act"] in (seat, None)


async def move(who: Client, game_id: str, cell: str) -> None:
    done(await who.post(f"/games/{game_id}/moves", json={"move": cell}))


async def switched(hall: Hall, *, on: bool) -> None:
    """Turns the plugin on or off, and waits until the hall has taken it up."""
    taken_up = asyncio.Event()
    hall.host.features.watch(taken_up.set)
    await hall.host.write(switch, ["computer"], on=on, by="test", known={"computer": Switchable("plugin")})
    await taken_up.wait()


async def first_free(hall: Hall, who: Client, game_id: str) -> str:
    scene = done(await who.get(f"/games/{game_id}/scene"))
    return str(scene["inputs"][0]["move"])


async def test_a_whole_game_and_its_rematch(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    game_id = await challenge(ada)
    while (game := await wait_for(each_hall, ada, game_id, turn_of(0)))["status"] == "active":
        taken = set(game["moves"])
        await move(
            ada,
            game_id,
            next(cell for cell in ("b2", "a1", "c3", "a3", "c1", "a2", "b1", "b3", "c2") if cell not in taken),
        )
    assert game["status"] == "finished"
    done(await ada.post(f"/games/{game_id}/rematch", json={"action": "offer"}))
    game = await wait_for(each_hall, ada, game_id, lambda game: game["rematch"] is not None)
    again = await wait_for(each_hall, ada, game["rematch"], turn_of(1))
    assert [seat["user"]["username"] for seat in again["seats"]] == ["computer", "ada"]
    assert again["ply"] == 1


async def test_it_is_fair(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    game_id = await challenge(ada, "gomoku", clock={"kind": "fischer", "initial": 300, "increment": 5})
    await move(ada, game_id, "h8")
    assert (await wait_for(each_hall, ada, game_id, turn_of(0)))["ply"] == 2
    done(await ada.post(f"/games/{game_id}/takeback", json={"action": "offer"}))
    assert (await wait_for(each_hall, ada, game_id, lambda game: game["ply"] == 0))["to_act"] == 0
    done(await ada.post(f"/games/{game_id}/draw", json={"action": "offer"}))
    await wait_for(each_hall, ada, game_id, lambda game: not game["offers"])
    done(await ada.post(f"/games/{game_id}/pause", json={"action": "offer"}))
    await wait_for(each_hall, ada, game_id, lambda game: bool(game["clock"]["paused_for"]))


async def test_it_begins_where_it_has_the_first_seat_and_decides_openings(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    game_id = await challenge(ada, "gomoku", seat=1, options={"opening": "swap2"})
    game = await wait_for(each_hall, ada, game_id, turn_of(1))
    assert game["ply"] == 3
    await move(ada, game_id, "more")
    for _ in range(2):
        await move(ada, game_id, await first_free(each_hall, ada, game_id))
    assert (await wait_for(each_hall, ada, game_id, lambda game: game["ply"] > 6))["status"] == "active"


async def test_switched_off_it_stands_still_and_finds_its_games_when_it_is_on_again(start_hall: StartHall) -> None:
    hall = await start_hall()
    ada = await hall.user("ada")
    game_id = await challenge(ada)
    await switched(hall, on=False)
    await move(ada, game_id, "b2")
    refused = await ada.post("/challenges", json={"ruleset": "tic-tac-toe", "opponent": "computer"})
    (error,) = problem(refused, 422, "invalid")["errors"]
    assert "switched off" in error["message"]
    assert done(await ada.get(f"/games/{game_id}"))["ply"] == 1
    await switched(hall, on=True)
    assert (await wait_for(hall, ada, game_id, turn_of(0)))["ply"] == 2


async def test_two_workers_share_a_game(start_hall: StartHall) -> None:
    hall = await start_hall()
    ada = await hall.user("ada")
    game_id = await challenge(ada)
    other = await start_hall()
    for cell in ("b2", "a1"):
        game = done(await ada.get(f"/games/{game_id}"))
        await move(ada, game_id, cell if cell not in game["moves"] else "c1")
        game = await wait_for(hall, ada, game_id, turn_of(0))
    assert game["ply"] == 4
    assert done(await other.nobody.get(f"/games/{game_id}"))["moves"] == game["moves"]


async def test_rules_that_fail_suspend_the_game(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin(
        "trap",
        """
from gamehall import hookimpl
from gamehall.game import Input, Options, Outcome, Position, Ruleset, Scene


class At(Position, frozen=True):
    ply: int = 0


class Trap(Ruleset[At, Options]):
    key = "trap"
    title = "Trap"
    Position = At

    def start(self, options):
        return At()

    def to_act(self, position):
        return position.ply % 2

    def moves(self, position):
        if position.ply:
            raise RuntimeError("it snaps")
        return ["go"]

    def play(self, position, move):
        return At(position.ply + 1)

    def outcome(self, position):
        return None

    def scene(self, position, seat):
        return Scene(0, 0, inputs=(Input("go", label="Go"),), sides=self.seats)


@hookimpl
def gamehall_rulesets():
    return [Trap()]
""",
    )
    hall = await start_hall()
    ada = await hall.user("ada")
    game_id = await challenge(ada, "trap")
    await move(ada, game_id, "go")
    game = await wait_for(hall, ada, game_id, lambda game: game["status"] != "active")
    assert game["status"] == "suspended"


async def test_its_account_is_nobodys(each_hall: Hall) -> None:
    host = each_hall.host
    computer = await host.read(user_by_name, "computer")
    assert (computer.is_guest, computer.is_admin, computer.email) == (False, False, "")
    for name in ("computer", "played by computer:computer"):
        for password in ("", PASSWORD):
            with pytest.raises(Problem, match="invalid-credentials"):
                await sign_in(host, name, password)
    for change in ({"is_admin": True}, {"password_hash": "x"}):
        with pytest.raises(Problem, match="not-possible"):
            await host.write(update_user, computer.id, change)


async def test_a_person_who_has_its_name_keeps_it(start_hall: StartHall, capfd: pytest.CaptureFixture[str]) -> None:
    bare = await start_hall(safe=True)
    await register(bare.host, Registration(username="Computer", email="c@example.org", password=PASSWORD))
    hall = await start_hall()
    assert "the name computer is taken" in capfd.readouterr().err
    ada = await hall.user("ada")
    game_id = await challenge(ada, opponent="computer-2")
    assert done(await ada.get(f"/games/{game_id}"))["seats"][1]["user"]["display_name"] == "Computer"


async def test_limits_keep_nobody_from_it(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True, max_games=1, max_live_games=1)
    for name in ("ada", "bob", "cyd"):
        await challenge(await hall.user(name))
    ada = await hall.user("dan")
    await challenge(ada)
    terms = {"ruleset": "tic-tac-toe", "opponent": "computer"}
    problem(await ada.post("/challenges", json=terms), 429, "too-many-requests")


async def test_what_it_does_is_told_to_whoever_watches_the_hall(hall: Hall) -> None:
    before = Figures((await hall.root.get("/metrics")).text)
    ada = await hall.user("ada")
    game_id = await challenge(ada)
    await move(ada, game_id, "b2")
    await wait_for(hall, ada, game_id, turn_of(0))
    async with asyncio.timeout(30):
        while not grown(before, Figures((await hall.root.get("/metrics")).text), "gamehall_computer_moves_total"):
            continue  # its move is committed a moment before it is counted
