"""The open game in words, cards, lists and buttons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gamehall.answers import Claim, Game, Offered, RecordFormat
from gamehall.clocks import (
    Byoyomi,
    Canadian,
    Correspondence,
    Fischer,
    Terms,
    begin,
    clock_at,
    move_made,
    pause,
    stop,
)
from gamehall.game import Mark
from gamehall_desktop.state.acting import acts, address, asked, strips, tools, ways_to_end
from gamehall_desktop.state.clockface import read_clocks
from gamehall_desktop.state.table import Formats, Shown, Table
from gamehall_desktop.state.tablewords import about, cards, columns, headline, rows
from gamehall_desktop.tabling import write_new
from rig.tables import told

TERMS: st.SearchStrategy[Terms] = st.one_of(
    st.builds(Fischer, st.integers(1, 7_200), st.integers(0, 60)),
    st.builds(Byoyomi, st.integers(0, 7_200), st.integers(1, 120), st.integers(1, 10)),
    st.builds(Canadian, st.integers(0, 7_200), st.integers(1, 600), st.integers(1, 25)),
    st.builds(Correspondence, st.integers(1, 30), st.integers(0, 60)),
)


def clock_of(terms: Terms, at: int = 0) -> dict[str, Any]:
    return clock_at(terms, begin(terms, 2, 0, 0), at)


def table_of(game: Game, username: str | None = "ada", *, local: bool = False) -> Table:
    table = Table(username=username)
    table.take(Shown(game, at=100.0, local=local))
    return table


@given(TERMS, st.integers(0, 10**7), st.lists(st.integers(0, 10**7), min_size=2).map(sorted))
def test_only_the_running_clock_goes_on_and_never_up_nor_below_zero(
    terms: Terms, told_at: int, spans: list[int]
) -> None:
    game, before = told("a1", clock=clock_of(terms, told_at)), None
    for span in spans:
        own, other = read_clocks(game, 5.0, 5.0 + span / 1_000)
        assert not other.runs
        assert other == read_clocks(game, 5.0, 5.0)[1]
        assert own.left >= 0
        assert not own.digits.startswith("-")
        shown = clock_at(terms, begin(terms, 2, 0, 0), told_at + span)["seats"][0]["left"]
        if before is not None:
            assert shown <= before
        before = shown


@given(TERMS, st.integers(0, 10**7))
def test_a_clock_that_stands_is_the_same_at_every_moment(terms: Terms, span: int) -> None:
    begun = begin(terms, 2, 0, 0)
    stopped = clock_at(terms, stop(terms, begun, 900), 900)
    paused = clock_at(terms, pause(terms, begun, 900, 10**8), 900)
    over = replace(told("a1", status="finished", winner=0), clock=clock_at(terms, begun, 900))
    for game in (told(clock=stopped), told(clock=paused), over):
        assert read_clocks(game, 1.0, 1.0 + span / 1_000) == read_clocks(game, 1.0, 1.0)


@pytest.mark.parametrize(
    ("terms", "after", "digits", "more", "low"),
    [
        (Fischer(300, 3), 0.0, "5:00", "", False),
        (Fischer(300, 3), 281.0, "0:20", "", True),
        (Fischer(300, 3), 292.04, "8.5", "", True),
        (Fischer(300, 3), 999.0, "0.0", "", True),
        (Byoyomi(10, 30, 3), 1.0, "0:10", "+ 3 × 0:30", False),
        (Byoyomi(10, 30, 3), 50.5, "0:20", "2 periods left", False),
        (Byoyomi(10, 30, 3), 92.5, "8.0", "last period", True),
        (Canadian(0, 60, 5), 30.5, "0:30", "for 5 turns", False),
        (Correspondence(3, 7), 3_600.0, "2 d 23 h", "vacation 7 d", False),
    ],
)
def test_each_kind_of_clock_is_read_as_people_do(terms: Terms, after: float, digits: str, more: str, low: bool) -> None:
    face = read_clocks(told(clock=clock_of(terms)), 0.0, after)[0]
    assert (face.digits, face.more, face.is_low) == (digits, more, low)


def test_a_game_without_a_clock_shows_none() -> None:
    assert not read_clocks(told(), 0.0, 9.0)


def test_a_pause_ends_by_itself() -> None:
    terms = Fischer(300)
    paused = clock_at(terms, pause(terms, begin(terms, 2, 0, 0), 0, 10_000), 0)
    game = told("a1", "b1", clock=paused)
    table = table_of(game)
    assert [strip.sentence for strip in strips(table, 104.0)] == ["The game is paused for another 6 seconds."]
    assert not strips(table, 111.0)
    assert "pause" in [act.path for act in acts(table, 111.0)]
    assert [face.runs for face in read_clocks(game, 100.0, 130.0)] == [True, False]
    assert read_clocks(game, 100.0, 130.0)[0].digits == "4:41"


def test_the_others_sit_at_the_far_side() -> None:
    game = told("a1")
    for viewer, order in (("ada", [1, 0]), ("bob", [0, 1]), (None, [1, 0])):
        found = cards(table_of(game, viewer))
        assert [card.seat for card in found] == order
        assert [card.is_you for card in found] == [False, viewer is not None]
    far, near = cards(table_of(game))
    assert (far.name, far.side, far.to_act, near.to_act) == ("Bob", "White", True, False)
    assert (near.picture and near.picture.picture) == "black"
    won = cards(table_of(told("a1", status="finished", winner=1)))
    assert [card.outcome for card in won] == ["won", "lost"]


@pytest.mark.parametrize(
    ("game", "viewer", "text", "mood"),
    [
        (told(), "ada", "Your turn", "turn"),
        (told(viewer=None), None, "Ada to move", "wait"),
        (told("a1", status="finished", winner=0), "ada", "You won!", "won"),
        (told("a1", status="finished", winner=0), "bob", "You lost: Ada won", "lost"),
        (told("a1", status="finished", winner=0), None, "Ada won", "over"),
        (told("a1", status="finished"), "ada", "Draw", "over"),
        (told("a1", status="aborted"), "ada", "Aborted", "over"),
        (told("a1", status="suspended"), "ada", "Suspended", "over"),
        (told("a1", status="finished", winner=1, players=("ada", "ada")), "ada", "White won", "over"),
        (told(players=("ada", "ada")), "ada", "Black to move", "turn"),
    ],
)
def test_the_headline_is_for_whoever_reads_it(game: Game, viewer: str | None, text: str, mood: str) -> None:
    found = headline(table_of(game, viewer))
    assert (found.text, found.mood) == (text, mood)
    assert headline(Table()).text == "No game is open"


def test_who_moves_several_times_goes_on_in_the_next_row() -> None:
    game = replace(told("a1", "b1", "c1", "d1", "e1"), movers=(0, 1, 1, 0, 0), clock=clock_of(Fischer(60)))
    table = table_of(game)
    table.look_back(3)
    shown = [[entry and (entry.ply, entry.label, entry.is_shown) for entry in row] for row in rows(table)]
    assert shown == [
        [(1, "A1", False), (2, "B1", False)],
        [None, (3, "C1", True)],
        [(4, "D1", False), None],
        [(5, "E1", False), None],
    ]
    assert rows(table)[0][0].took == "1.2 s"  # type: ignore[union-attr]
    assert columns(table) == ("Black", "White")


def test_what_it_is_and_who_watches_is_told() -> None:
    game = replace(told(clock=clock_of(Fischer(300, 3))), spectators=2)
    assert about(table_of(game, None), "Stones") == "Stones · 5 min + 3 s · you are watching · 2 watching"
    assert about(table_of(told(), local=True), "Stones") == "Stones · on this computer"


def paths(table: Table) -> list[str]:
    return [each.path for each in acts(table, 100.0)] + [each.path for each in ways_to_end(table, 100.0)]


@pytest.mark.parametrize(
    ("game", "viewer", "possible"),
    [
        (told(), "ada", ["draw", "abort", "resign"]),
        (told("a1"), "bob", ["draw", "abort", "resign"]),
        (told("a1", "b1", clock=clock_of(Fischer(300))), "ada", ["draw", "takeback", "pause", "resign"]),
        (told("a1", "b1"), None, []),
        (told("a1", "b1", offers=[Offered("draw", 1)]), "ada", ["takeback", "resign"]),
        (told("a1", "b1", declined=[Offered("draw", 0)]), "ada", ["takeback", "resign"]),
        (told("a1", "b1", declined=[Offered("draw", 0)]), "bob", ["draw", "takeback", "resign"]),
        (told("a1", "b1", status="finished", winner=0), "ada", ["rematch"]),
        (told("a1", "b1", status="finished", winner=0, rematch="h"), "ada", []),
        (told("a1", "b1", status="suspended"), "ada", []),
    ],
)
def test_only_what_is_possible_now_is_offered(game: Game, viewer: str | None, possible: list[str]) -> None:
    table = table_of(game, viewer)
    assert paths(table) == possible
    table.offline = True
    assert not paths(table), "without the hall nothing is"


@pytest.mark.parametrize(
    ("game", "sentence", "answers"),
    [
        (told("a1", offers=[Offered("draw", 1)]), "Bob offers a draw.", ["accept", "decline"]),
        (
            told("a1", offers=[Offered("draw", 0)]),
            "You have offered a draw. Bob can accept it until their next move.",
            ["decline"],
        ),
        (told("a1", claim=Claim(0, 0)), "Bob has left. End the game, or go on waiting.", ["win", "draw"]),
        (told("a1", claim=Claim(0, 9_000)), "Bob has been away; you can claim the game in 9 seconds.", []),
        (
            told("a1", declined=[Offered("draw", 0)]),
            "Bob has declined a draw. You can offer one again after the next move.",
            [],
        ),
    ],
)
def test_what_waits_between_the_players_is_told_with_its_answers(game: Game, sentence: str, answers: list[str]) -> None:
    (strip,) = strips(table_of(game), 100.0)
    assert (strip.sentence, [button.action for button in strip.buttons]) == (sentence, answers)


def test_a_claim_comes_without_news() -> None:
    table = table_of(told("a1", claim=Claim(0, 9_000)))
    assert [button.action for button in strips(table, 109.5)[0].buttons] == ["win", "draw"]


def test_an_end_asks_again_and_is_forgotten_when_the_game_is_over() -> None:
    table = table_of(told("a1", "b1"))
    table.asking = "resign"
    found = asked(table, 100.0)
    assert found is not None
    assert found.answer == "Yes, resign"
    table.escape()
    assert asked(table, 100.0) is None
    table.asking = "resign"
    table.take(Shown(told("a1", "b1", status="finished", winner=1, revision=3)))
    assert table.asking == ""


def test_a_local_game_asks_nobody() -> None:
    table = table_of(told("a1", viewer=1), None, local=True)
    assert [each.label for each in acts(table, 100.0)] == ["Call it a draw", "Take back"]
    assert (tools(table), address(table, "http://hall")) == (("download", "bars"), "")
    over = table_of(told("a1", "b1", status="finished", winner=0), None, local=True)
    assert [each.path for each in acts(over, 100.0)] == ["takeback", "rematch"]


def test_what_else_there_is_to_do() -> None:
    assert tools(table_of(told())) == ("copy", "download", "bars")
    assert tools(table_of(told("a1"))) == ("next", "copy", "download", "bars")
    assert tools(table_of(told("a1"), None)) == ("copy", "download")
    over = table_of(told("a1", "b1", status="finished", winner=0, rematch="h"))
    assert tools(over) == ("rematch", "next", "copy", "download")
    assert address(over, "http://hall/") == "http://hall/games/g"
    over.look_back(1)
    assert address(over, "http://hall/") == "http://hall/games/g?ply=1"
    over.take(Formats("another", (RecordFormat("json", "json", "application/json"),)))
    assert not over.formats


def test_a_record_never_replaces_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "downloads"
    names = [write_new(folder, "stones-g", "sgf", content).name for content in (b"one", b"two", b"three")]
    assert names == ["stones-g.sgf", "stones-g (2).sgf", "stones-g (3).sgf"]
    assert (folder / names[0]).read_bytes() == b"one"


def test_marks_of_the_rules_are_asked_about_on_the_own_turn() -> None:
    marked = replace(told().scene, marks=(Mark("c3", "forbidden"),))
    assert table_of(replace(told(), scene=marked)).lacks_reasons
    assert not table_of(replace(told(), scene=marked), "bob").lacks_reasons


def test_time_that_moves_were_charged_is_counted_by_the_hall() -> None:
    terms = Fischer(60)
    times, _ = move_made(terms, begin(terms, 2, 0, 0), 1, 10_000)
    game = told("a1", clock=clock_at(terms, times, 12_000))
    assert [face.digits for face in read_clocks(game, 0.0, 3.0)] == ["0:51", "0:56"]
