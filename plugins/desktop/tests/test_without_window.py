"""Everything of the client that needs no window."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from math import dist
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.answers import Game, GameSummary, Person, Seat
from gamehall.game import Input, Scene, board_cells
from gamehall_desktop.board import buttons, lay_out, touch
from gamehall_desktop.config import Config, ConfigError, load_config, remember_login
from gamehall_desktop.files import TokenFile
from gamehall_desktop.model import Lobby, Model, Notice, Shown, SignedIn, SignedOut
from gamehall_desktop.network import Network
from gamehall_desktop.session import unreachable


def game_at(ply: int, *, to_act: int | None = 0, status: str = "active") -> Game:
    people = [("black", "ada"), ("white", "bob")]
    return Game(
        id="g",
        ruleset="some-game",
        ruleset_version=1,
        options={},
        status=status,
        seats=tuple(Seat(n, side, Person(name, name)) for n, (side, name) in enumerate(people)),
        to_act=to_act,
        ply=ply,
        clock={"kind": "none"},
        offers=(),
        rematch=None,
        result=None,
        note="",
        created_at="",
        finished_at=None,
        spectators=0,
        claim=None,
        moves=("a1",) * ply,
        spent=({},) * ply,
        scene=Scene(3, 3, status="Black to move.", prompt="Your turn."),
        cursor="0-1",
    )


@given(
    st.sampled_from(["points", "squares", "hexes"]),
    st.integers(1, 25),
    st.integers(1, 25),
    st.integers(200, 2000),
    st.integers(200, 2000),
)
def test_every_cell_is_found_where_it_is_drawn(lattice: Any, columns: int, rows: int, width: int, height: int) -> None:
    layout = lay_out(Scene(columns, rows, lattice), width, height)
    assert layout is not None
    for cell in board_cells(columns, rows):
        x, y = layout.middle(cell)
        assert layout.cell_at(x, y) == cell
        for corner_x, corner_y in layout.corners(cell):
            assert 0 <= corner_x <= width
            assert 0 <= corner_y <= height
            assert layout.cell_at(x + 0.8 * (corner_x - x), y + 0.8 * (corner_y - y)) == cell
    assert layout.cell_at(layout.x - layout.size, layout.y) is None
    assert layout.cell_at(0, 0) is None
    with pytest.raises(ValueError, match="z99"):
        layout.middle("z99")


def test_hexes_touch_those_that_a_scene_says_they_touch() -> None:
    layout = lay_out(Scene(3, 3, "hexes"), 300, 300)
    assert layout is not None
    x, y = layout.middle("b2")
    near = {cell for cell in board_cells(3, 3) if 0 < dist((x, y), layout.middle(cell)) < 1.1 * layout.size}
    assert near == {"a2", "c2", "b3", "c3", "a1", "b1"}


def test_a_game_without_a_board_is_its_buttons() -> None:
    scene = Scene(0, 0, inputs=(Input("1", (), "Take one"), Input("2", (), "Take two")))
    assert lay_out(scene, 300, 300) is None
    assert buttons(scene, ()) == scene.inputs


def test_one_touch_or_several_make_a_move() -> None:
    scene = Scene(
        3, 3, inputs=(Input("a1", ("a1",)), Input("b1c1", ("b1", "c1")), Input("b1c2", ("b1", "c2")), Input("pass"))
    )
    assert touch(scene, (), "a1") == ((), "a1")
    assert touch(scene, (), "b1") == (("b1",), None)
    assert touch(scene, ("b1",), "c2") == ((), "b1c2")
    assert touch(scene, ("b1",), "a1") == ((), "a1")  # thought better of it
    assert touch(scene, ("b1",), "b1") == (("b1",), None)
    assert touch(scene, (), "c3") == ((), None)


def test_moves_with_the_same_cells_become_buttons_once_these_are_touched() -> None:
    ways = (Input("a2a3q", ("a2", "a3"), "Queen"), Input("a2a3r", ("a2", "a3"), "Rook"))
    scene = Scene(3, 3, inputs=(*ways, Input("pass")))
    assert touch(scene, (), "a2") == (("a2",), None)
    assert buttons(scene, ("a2",)) == (Input("pass"),)
    assert touch(scene, ("a2",), "a3") == (("a2", "a3"), None)
    assert buttons(scene, ("a2", "a3")) == ways
    assert touch(scene, ("a2", "a3"), "c1") == ((), None)  # thought better of it


def test_the_model_follows_what_happens() -> None:
    model = Model()
    for message in (SignedIn("bob"), Lobby([game_at(1)], [], []), Shown(game_at(2))):
        model.take(message)
    assert (model.seat, model.can_resign, model.headline) == (1, True, "Black to move. Your turn.")
    model.touched = ("a1",)
    model.take(Shown(game_at(1)))  # an answer that was overtaken
    assert (model.game, model.touched) == (game_at(2), ("a1",))
    model.take(Shown(game_at(3, to_act=None, status="finished")))
    assert not model.can_resign
    assert not model.touched
    model.take(Notice("Something is wrong."))
    assert model.notice == "Something is wrong."
    model.take(SignedOut("You were signed out."))
    assert (model.username, model.game, model.lobby.games, model.notice) == (None, None, (), "You were signed out.")


def test_a_list_says_whose_turn_it_is() -> None:
    game: GameSummary = game_at(0, to_act=1)
    assert Model(username="bob").game_line(game) == "some-game: ada - your turn"
    assert Model(username="ada").game_line(game) == "some-game: bob"


def test_environment_over_env_file_over_json_over_defaults(tmp_path: Path) -> None:
    path, env_file = tmp_path / "desktop.json", tmp_path / ".env"
    assert load_config(path, {}, env_file) == Config()
    path.write_text('{"base_url": "http://json", "timeout": 5, "profiles": {"ada": {"username": "ada"}}, "new": 1}')
    assert load_config(path, {}, env_file).base_url == "http://json"
    env_file.write_text("# halls\nexport GOMOKU_BASE_URL='http://old'\nGAMEHALL_LOG_LEVEL=debug\n")
    assert load_config(path, {}, env_file).base_url == "http://old"
    env_file.write_text("GAMEHALL_BASE_URL=http://file\nGOMOKU_BASE_URL=http://old\n")
    assert load_config(path, {}, env_file).base_url == "http://file"
    config = load_config(path, {"GOMOKU_BASE_URL": "http://set", "GAMEHALL_AUTO_REFRESH_TOKEN": "off"}, env_file)
    assert (config.base_url, config.timeout, config.auto_refresh_token) == ("http://set", 5, False)


@pytest.mark.parametrize(
    ("content", "environment", "message"),
    [
        ("{", {}, "cannot be read"),
        ('{"timeout": "long"}', {}, "timeout"),
        ("{}", {"GAMEHALL_AUTO_REFRESH_TOKEN": "maybe"}, "GAMEHALL_AUTO_REFRESH_TOKEN in the environment is 'maybe'"),
        ("{}", {"GOMOKU_LOG_LEVEL": "loud"}, "GOMOKU_LOG_LEVEL"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, content: str, environment: dict[str, str], message: str) -> None:
    path = tmp_path / "desktop.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message):
        load_config(path, environment, tmp_path / ".env")


def test_the_last_user_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "desktop.json"
    remember_login(path, "http://hall", "ada")
    config = load_config(path, {}, tmp_path / ".env")
    assert (config.base_url, config.last_profile()) == ("http://hall", "ada")
    assert config.profiles["ada"].last_login.endswith("Z")


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


def test_an_unreachable_hall_is_explained() -> None:
    assert "gamehall serve" in unreachable("http://127.0.0.1:1", httpx.ConnectError("refused"))
    assert "http://127.0.0.1:8000" in unreachable("nonsense", httpx.UnsupportedProtocol("no scheme"))


def test_the_network_ends_what_it_began() -> None:
    network = Network()
    ended: list[str] = []

    async def endless() -> None:
        network.post("begun")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("endless")

    async def last() -> None:
        ended.append("last")

    network.start(endless())
    assert network.news.wait(20)
    assert network.messages() == ["begun"]
    network.close(last())
    assert ended == ["endless", "last"]


def test_only_the_window_needs_dearpygui() -> None:
    program = "import sys, gamehall_desktop.session, gamehall_desktop.app; sys.exit('dearpygui' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
