"""The hall's lists in words, without a window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from gamehall.answers import Challenge, ClockPreset, ListedGame, Person, Result, RulesetInfo, Seat
from gamehall.problems import FieldError
from gamehall_desktop.declare import Action, Panel, Row
from gamehall_desktop.state.account import SignedIn, SignedOut
from gamehall_desktop.state.challenge import NewGame, Playable, Proposed, Proposing, TermsRefused
from gamehall_desktop.state.here import Asked, Here, LocalGame, LocalGames
from gamehall_desktop.state.lines import Line, Section
from gamehall_desktop.state.lobby import Challenges, Games, Lobby, Offered, Sought, Tab, Turned
from gamehall_desktop.state.lobbylines import known_people, sections, sought_line
from gamehall_desktop.state.panels import PanelLoaded, Panels

SIZE = {"board_size": {"type": "integer", "minimum": 5, "maximum": 25, "default": 15}}
OPENING = {"opening": {"enum": ["none", "swap2"], "default": "none"}}
STONES = RulesetInfo("stones", "Stones", "", "p", 1, ("black", "white"), {"properties": SIZE | OPENING}, {})
CLOCKS = [ClockPreset("no-clock", {"kind": "none"}, "no clock"), ClockPreset("3+2", {"kind": "fischer"}, "3 min + 2 s")]


def listed(name: str, *players: str, **more: Any) -> ListedGame:
    people = enumerate(zip(("black", "white"), players, strict=True))
    values: dict[str, Any] = {
        "id": name,
        "ruleset": "stones",
        "ruleset_version": 1,
        "options": {"board_size": 15, "opening": "none"},
        "status": "active",
        "seats": tuple(Seat(seat, side, Person(who, who.title())) for seat, (side, who) in people),
        "to_act": 0,
        "ply": 3,
        "clock": {"kind": "none"},
        "offers": (),
        "rematch": None,
        "result": None,
        "note": "",
        "created_at": "2026-01-01T10:00:00Z",
        "finished_at": None,
        "spectators": 0,
    }
    return ListedGame(**values | more)


def challenge(name: str, challenger: str, **more: Any) -> Challenge:
    values: dict[str, Any] = {
        "id": name,
        "status": "pending",
        "ruleset": "stones",
        "options": {"board_size": 19, "opening": "swap2"},
        "clock": {"kind": "fischer", "initial": 300, "increment": 3},
        "challenger": Person(challenger, challenger.title()),
        "opponent": None,
        "seat": None,
        "link": False,
        "pair": False,
        "game_id": None,
        "created_at": "",
        "expires_at": None,
    }
    return Challenge(**values | more)


def lobby_with(*messages: object, tab: Tab = "play") -> Lobby:
    lobby = Lobby()
    for message in (SignedIn("ada", "http://hall"), Offered([STONES], CLOCKS), Turned(tab), *messages):
        lobby.take(message)
    return lobby


def told(lobby: Lobby, now: float = 0.0) -> dict[str, list[tuple[str, str]]]:
    return {each.name: [(line.title, line.note) for line in each.lines] for each in sections(lobby, now)}


def test_ones_own_games_say_whose_turn_it_is_and_how_much_time_is_left() -> None:
    clock = {"kind": "fischer", "flag_in": 250_000}
    games = [
        listed("g1", "bob", "ada", clock=clock),
        listed("g2", "ada", "bob", clock=clock),
        listed("g3", "ada", "ada", clock={"kind": "correspondence", "paused_for": 5}),
        listed("g4", "ada", "bob", to_act=None, status="suspended"),
    ]
    lobby = lobby_with(Games("own", games, at=100.0))
    (section, _) = (*sections(lobby, 110.0), None)
    assert told(lobby, 110.0)["own"] == [
        ("Stones with Bob", "Your turn  ·  4 minutes left  ·  board size 15"),
        ("Stones with yourself", "Your turn  ·  paused  ·  board size 15"),
        ("Stones with Bob", "Bob to move  ·  4 minutes left  ·  board size 15"),
        ("Stones with Bob", "Suspended  ·  board size 15"),
    ]
    assert [(line.strong, line.presses[0].name) for line in section.lines] == [
        (True, "game:g2"),
        (True, "game:g3"),
        (False, "game:g1"),
        (False, "game:g4"),
    ]
    assert "50 seconds left" in told(lobby, 300.0)["own"][0][1]
    assert "no time left" in told(lobby, 500.0)["own"][0][1]


def test_challenges_are_told_with_options_clock_and_sides() -> None:
    link = challenge("c4", "ada", link=True, invite_url="http://hall/c/x", seat=1)
    lobby = lobby_with(
        Challenges("received", [challenge("c1", "bob", seat=0)]),
        Challenges("sent", [challenge("c2", "ada", opponent=Person("cyd", "Cyd")), challenge("c3", "ada"), link]),
        Challenges("open", [challenge("c3", "ada"), challenge("c5", "eve", clock={"kind": "sundial"}, ruleset="new")]),
    )
    terms = "board size 19 · opening swap2  ·  5 min + 3 s  ·  "
    assert told(lobby) == {
        "received": [("Bob challenges you to Stones", f"{terms}Bob begins as black")],
        "sent": [
            ("Stones, to Cyd", f"{terms}sides drawn by lot"),
            ("Stones, open to everybody", f"{terms}sides drawn by lot"),
            ("Stones, by a link", f"{terms}you begin as white"),
        ],
        "open": [("new with Eve", "board size 19 · opening swap2  ·  sundial  ·  sides drawn by lot")],
    }
    received, sent, opened = sections(lobby, 0.0)
    assert [press.verb for press in received.lines[0].presses] == ["accept", "decline"]
    assert [press.name for press in sent.lines[2].presses] == ["copy:http://hall/c/x", "cancel:c4"]
    assert [press.name for press in opened.lines[0].presses] == ["accept:c5"]


def test_live_games_are_those_of_others() -> None:
    games = [listed("g1", "ada", "bob"), listed("g2", "bob", "cyd", spectators=2), listed("g3", "cyd", "bob", ply=1)]
    lobby = lobby_with(Games("live", games), tab="watch")
    assert told(lobby) == {
        "live": [
            ("Bob – Cyd", "Stones  ·  board size 15  ·  3 moves  ·  2 spectators"),
            ("Cyd – Bob", "Stones  ·  board size 15  ·  1 move"),
        ]
    }


def test_finished_games_come_in_parts_and_stay_when_the_list_is_looked_at_anew() -> None:
    def ended(name: str, **result: Any) -> ListedGame:
        shown = {"status": "finished", "to_act": None, "finished_at": "2026-01-02T10:00:00Z", **result}
        return listed(name, "ada", "bob", **shown)

    one, two = ended("g1", result=Result(0, "five")), ended("g2", result=Result(1, "five"))
    three, four = ended("g3", result=Result(None, "agreed")), ended("g4", status="aborted")
    lobby = lobby_with(Games("finished", [two], rest="x"), Games("finished", [one], following=True), tab="finished")
    lobby.take(Games("finished", [four, three, two], rest="y"))
    (section,) = sections(lobby, 0.0)
    assert [(line.key, line.note.split("  ·  ")[0]) for line in section.lines] == [
        ("finished:g4", "Aborted"),
        ("finished:g3", "Draw"),
        ("finished:g2", "Lost"),
        ("finished:g1", "Won"),
    ]
    assert section.more is None
    lobby.take(SignedIn("ada", "http://hall"))
    lobby.take(Games("finished", [two], rest="x"))
    assert (sections(lobby, 0.0)[0].more or Line("", "")) != Line("", "")


def test_empty_lists_say_what_to_do_and_lists_that_are_not_known_yet_are_not_there() -> None:
    assert told(lobby_with()) == {}
    lobby = lobby_with(Games("own", []), Challenges("open", []), Challenges("sent", []), Challenges("received", []))
    assert {each.name: bool(each.empty) for each in sections(lobby, 0.0)} == {"own": True, "open": True}
    for tab, games in (("watch", Games("live", [])), ("finished", Games("finished", []))):
        assert [bool(each.empty) for each in sections(lobby_with(games, tab=tab), 0.0)] == [True]  # type: ignore[arg-type]
    lobby.take(SignedOut())
    assert told(lobby) == {}


def test_somebody_who_is_looked_for_can_be_challenged() -> None:
    lobby = lobby_with(Sought("bob", Person("bob", "Bob")))
    line = sought_line(lobby)
    assert line is not None
    assert (line.title, line.note, line.presses[0].name) == ("Bob", "bob", "against:bob")
    lobby.take(Sought("nobody", None))
    assert sought_line(lobby) == Line("sought", "There is nobody called nobody here.")
    lobby.take(Sought("", None))
    assert sought_line(lobby) is None


async def _nothing(_client: object) -> str:
    return ""


def test_panels_come_and_go_and_one_that_fails_says_so() -> None:
    panels = Panels()
    panel = Panel("p", "People", _nothing, empty="Nobody.")  # type: ignore[arg-type]
    wave = Action("Wave", _nothing)
    panels.take(PanelLoaded("gamehall_friends", panel, [Row("bob", "Bob", "online", (wave,), person="bob")]))
    (section,) = panels.sections()
    assert (section.title, section.lines[0].presses[0].name) == ("People", "panel:p:bob:Wave")
    assert panels.action("p:bob:Wave") == (panel, wave)
    assert panels.action("p:cyd:Wave") is None
    assert known_people(lobby_with(Games("own", [listed("g", "cyd", "ada")])), panels) == ["bob", "cyd"]
    other = replace(panel, name="q")
    panels.take(PanelLoaded("gamehall_friends", other, None, failed=True))
    assert "failed" in panels.sections()[1].empty
    panels.take(PanelLoaded("gamehall_friends", panel, None))
    assert [each.name for each in panels.sections()] == ["q"]
    panels.take(SignedOut())
    assert panels.sections() == []


def new_game(where: Any = "hall") -> NewGame:
    found = NewGame()
    for message in (Offered([STONES], CLOCKS), Playable([STONES]), Proposing(where)):
        found.take(message)
    return found


def test_the_form_of_a_challenge_makes_the_terms() -> None:
    form = new_game()
    assert form.terms == {
        "opponent": None,
        "options": {"board_size": 15, "opening": "none"},
        "seat": "random",
        "clock": {"kind": "none"},
        "link": False,
        "pair": False,
    }
    form.type_option("board_size", "19")
    form.seat, form.way = 1, "name"
    assert set(form.errors) == {"opponent"}
    assert not form.is_ready
    form.opponent = " bob "
    form.choose_clock("own:byoyomi")
    form.clock_form.typed["periods"] = "0"
    assert set(form.errors) == {"clock:periods"}
    form.clock_form.typed["periods"] = "5"
    assert form.errors == {}
    terms = form.terms
    assert (terms["options"]["board_size"], terms["seat"], terms["opponent"]) == (19, 1, "bob")
    assert terms["clock"] == {"kind": "byoyomi", "initial": 600, "period": 30, "periods": 5}
    form.choose_clock("3+2")
    form.way = "link"
    assert (form.terms["clock"], form.terms["opponent"], form.terms["link"]) == ({"kind": "fischer"}, None, True)
    assert {word for _value, word in form.seat_choices()} == {"Drawn by lot", "Black", "White"}


def test_what_the_hall_refuses_lands_beside_its_field() -> None:
    form = new_game()
    form.take(
        TermsRefused([FieldError("options", "Expected `int` <= 25 - at `$.board_size`. More."), FieldError("", "No.")])
    )
    assert set(form.errors) == {"option:board_size", ""}
    form.type_option("board_size", "9")
    assert set(form.errors) == {""}
    form.take(TermsRefused([FieldError("opponent", "There is no such user.")]))
    assert form.errors == {"opponent": "There is no such user."}
    assert form.is_ready
    form.take(Proposed(challenge("c", "ada")))
    assert form.errors == {}


def test_what_was_chosen_stays_for_the_next_game_and_a_new_version_begins_anew() -> None:
    form = new_game()
    form.type_option("board_size", "19")
    form.take(Proposing("hall", "bob"))
    assert (form.way, form.opponent, form.options["board_size"]) == ("name", "bob", 19)
    form.take(Proposing("hall"))
    assert form.way == "open"
    form.take(Offered([msgspec.structs.replace(STONES, version=2)], []))
    assert form.options["board_size"] == 15
    form.take(SignedOut())
    assert form.where is None
    here = new_game("here")
    here.take(SignedIn("ada", "http://hall"))  # two are at the board and go on
    assert here.where == "here"


def test_a_game_is_deleted_only_when_that_is_said_twice() -> None:
    here = Here()
    games = [
        LocalGame("local-1", "Stones", 4, "2026-01-02T10:11:12Z", ended=False),
        LocalGame("local-2", "Gone", 1, "2026-01-02T10:11:12Z", ended=False, broken="its rules are gone"),
    ]
    here.take(LocalGames(games, ["A file is bad."]))

    def verbs(section: Section) -> list[list[str]]:
        return [[press.verb for press in line.presses] for line in section.lines]

    assert verbs(here.section()) == [[], ["resume", "ask"], ["ask"]]
    assert here.section().lines[1].note == "4 moves  ·  2026-01-02 10:11 UTC"
    here.take(Asked("local-1"))
    assert verbs(here.section()) == [[], ["resume", "delete"], ["ask"]]
    here.take(LocalGames(games))
    assert verbs(here.section()) == [[], ["resume", "ask"], ["ask"]]
    assert here.section().lines[0].title == "A file is bad."
