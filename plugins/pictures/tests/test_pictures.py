"""Pictures of games, looked at as images: what stands where, what was the last move, what a film shows."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from PIL import Image, ImageChops, ImageStat

import gamehall_gomoku_rules
import gamehall_pictures
from gamehall.declare import GameRecord
from gamehall.game import Look, Mark, Piece, Scene, cell_name
from gamehall.problems import Problem
from gamehall.records.diagrams import cut, scene_after, scenes_of
from gamehall_pictures.film import draw_gif
from gamehall_pictures.raster import Painter, draw_png
from gamehall_pictures.sketch import sketch
from gamehall_pictures.vector import draw_svg
from rig.records import random_game, recorded
from rig.strangers import example_ruleset

FORMATS = {exporter.format: exporter for exporter in gamehall_pictures.gamehall_exporters()}
GAMES = {game.key: game for game in gamehall_gomoku_rules.gamehall_rulesets()}
SVG = "{http://www.w3.org/2000/svg}"
MOST_MOVES = 40


def one_scene(scene: Scene) -> GameRecord:
    """A game that has only just begun, with this position."""
    return replace(recorded(GAMES["gomoku"], ""), start=scene)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def colour_at(record: GameRecord, cell: str) -> tuple[int, int, int]:
    """The colour of the picture beside the middle of a cell, where no sign of a last move is."""
    drawn = sketch(scene_after(record))
    painter = Painter(drawn, 1_000, 64)
    image = opened(draw_png(record)).convert("RGB")
    assert image.size == painter.size
    row, column = next(
        (row, column)
        for row in range(record.height)
        for column in range(record.width)
        if cell_name(row, column, record.height) == cell
    )
    x, y = painter.at(drawn.lattice.middle(row, column))
    pixel = image.getpixel((x - painter.cell // 4, y + painter.cell // 8))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("key", GAMES)
def test_every_game_has_every_picture(key: str, name: str) -> None:
    content = FORMATS[name].write(random_game(GAMES[key], 7, longest=MOST_MOVES))
    if name == "svg":
        assert ET.fromstring(content).tag == f"{SVG}svg"
    else:
        assert opened(content).format == name.upper()


@pytest.mark.parametrize("example", ["chess", "hex", "go", "reversi", "breakthrough", "connect_four"])
def test_so_have_those_of_others(example: str) -> None:
    record = random_game(example_ruleset(example), 3, longest=MOST_MOVES)
    assert {name: bool(exporter.write(record)) for name, exporter in FORMATS.items()} == dict.fromkeys(FORMATS, True)


def test_a_game_without_a_board_has_none() -> None:
    for exporter in FORMATS.values():
        with pytest.raises(Problem, match="no board") as problem:
            exporter.write(recorded(example_ruleset("nim"), ""))
        assert problem.value.slug == "unknown-format"


def test_a_board_that_nobody_could_see_is_refused() -> None:
    with pytest.raises(Problem, match="at most"):
        FORMATS["png"].write(one_scene(Scene(2_000, 2_000)))


def test_stones_stand_where_they_were_placed() -> None:
    record = recorded(GAMES["mnk"], "a1 i6", width=9, height=6)
    assert max(colour_at(record, "a1")) < 90
    assert min(colour_at(record, "i6")) > 190
    red, _, blue = colour_at(record, "e3")
    assert red - blue > 60, "wood"


def test_pieces_have_their_looks_on_every_lattice() -> None:
    looks = {"red": Look("Rd", "#cc2222")}
    for lattice in ("points", "squares", "hexes"):
        scene = Scene(5, 4, lattice, pieces=(Piece("b3", "red", 0),), looks=looks)
        red, green, blue = colour_at(one_scene(scene), "b3")
        assert red > 150 > 90 > max(green, blue), lattice
        texts = [text.text for text in ET.fromstring(draw_svg(one_scene(scene))).iter(f"{SVG}text")]
        assert texts == [*"ABCDE", *"4321", "Rd"]


def test_a_picture_is_of_the_ply_that_was_asked_for() -> None:
    record = recorded(GAMES["gomoku"], "h8 a1")
    before, after = cut(record, 1), cut(record, 2)
    assert max(colour_at(before, "h8")) < 90
    assert min(colour_at(after, "a1")) > 190
    assert min(colour_at(before, "a1")) < 150


def test_the_last_move_and_what_won_are_marked() -> None:
    record = recorded(GAMES["tic-tac-toe"], "a1 b1 a2 b2 a3")
    drawn = sketch(scene_after(record))
    assert [has_piece for _, has_piece in drawn.last] == [True]
    assert len(drawn.line) == 3
    rings = [circle.get("stroke") for circle in ET.fromstring(draw_svg(record)).iter(f"{SVG}circle")]
    assert rings.count("#ffd54a") == 3
    marks = (Mark("b2", "last"), Mark("z9", "line"))
    assert sketch(Scene(3, 3, marks=marks)).last == (((1.5, 1.5), False),)
    assert sketch(Scene(3, 3, marks=marks)).line == ()


def test_names_are_only_text_in_a_picture() -> None:
    record = recorded(GAMES["tic-tac-toe"], "b2", names=("<script>&", 'B"b'))
    title = ET.fromstring(draw_svg(record)).find(f"{SVG}title")
    assert title is not None
    assert title.text == 'Tic-tac-toe: <script>& – B"b. After move 1.'


def test_a_picture_is_never_very_large() -> None:
    for width, height in ((1, 1), (25, 25), (25, 1), (3, 100)):
        image = opened(draw_png(one_scene(Scene(width, height))))
        assert max(image.size) <= 1_000


def test_a_film_shows_every_position_and_ends_with_the_last() -> None:
    record = random_game(GAMES["gomoku"], 5, longest=MOST_MOVES, options={"board_size": 9})
    film = opened(draw_gif(record))
    assert film.n_frames == len(record.moves) + 1  # type: ignore[attr-defined]
    painter = Painter(sketch(record.start), 560, 48)
    for ply, scene in enumerate(scenes_of(record)):
        film.seek(ply)
        shown, meant = film.convert("RGB"), painter.paint(sketch(scene))
        # 255 colours do for wood and stones; a stone that is not there would cost more.
        assert max(ImageStat.Stat(ImageChops.difference(shown, meant)).mean) < 4, ply
        assert max(ImageStat.Stat(ImageChops.difference(shown, meant)).rms) < 8, ply
    assert film.info["duration"] == 4_000


def test_moves_that_change_nothing_make_the_one_before_stay() -> None:
    record = recorded(GAMES["gomoku"], "a1 b1 c1 white d1", opening="swap")
    durations = []
    film = opened(draw_gif(record))
    for ply in range(film.n_frames):  # type: ignore[attr-defined]
        film.seek(ply)
        durations.append(film.info["duration"])
    assert durations == [1_000, 800, 800, 1_600, 4_000]


def test_a_film_of_a_long_game_is_small_and_short() -> None:
    record = random_game(GAMES["mnk"], 1, longest=625, options={"width": 25, "height": 25, "k": 25})
    content = draw_gif(record)
    film = opened(content)
    frames = film.n_frames  # type: ignore[attr-defined]
    assert len(record.moves) == 625
    assert 300 < frames <= 602
    assert max(film.size) <= 560
    assert len(content) < 2**20
    durations = []
    for number in range(frames):
        film.seek(number)
        durations.append(film.info["duration"])
    assert sum(durations) < 180_000
    assert durations[-1] == 4_000
    assert all(one == other for one, other in pairwise(durations[1:-1]))
