"""SGF files read: the hall's own exactly as they were played, others by the stones of their main line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from gamehall.declare import ImportedGame, Importer
from gamehall.game import Ruleset
from gamehall.languages import catalogue
from gamehall.problems import UNREADABLE, Problem
from gamehall.records.guessing import StoneGame, StonePlaced, guess_ruleset
from gamehall.records.results import read_result
from gamehall.records.sgfboards import BLACK, LARGEST, WHITE, Place, place_of

__all__ = ["READ_SGF"]

_ = catalogue(__name__)


_MOST_NODES = 5_000
_CHARSET = re.compile(rb"CA\s*\[([A-Za-z0-9._-]*)\]")
_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z]+")
_VALUE = re.compile(r"\s*\[((?:[^\]\\]|\\.)*)\]", re.DOTALL)
_ESCAPED = re.compile(r"\\(\r\n|\n\r|.)", re.DOTALL)
_GAME = re.compile(r"[0-9]{1,4}", re.ASCII)
_SIZE = re.compile(r"\s*(\d{1,3})(?:\s*:\s*(\d{1,3}))?\s*")
_WINNER = re.compile(r"\s*([BW])(?:lack|hite)?\+", re.IGNORECASE)
_DEFAULT_SIZES = {1: 19}


@dataclass(slots=True)
class _Node:
    """A node of the main line: the line of the file where it begins, and its properties' values, unescaped."""

    line: int
    properties: dict[str, list[str]] = field(default_factory=dict)

    def first(self, name: str, default: str = "") -> str:
        return self.properties.get(name, [default])[0]


def _read_sgf(content: bytes, rulesets: Mapping[str, Ruleset[Any, Any]]) -> ImportedGame:
    nodes = _main_line(_decoded(content))
    root = nodes[0]
    if "GHRS" in root.properties:
        return _own_game(root, nodes[1:])
    number = root.first("GM", "1").strip()
    if not _GAME.fullmatch(number):
        raise Problem(
            "malformed",
            _("Line {line}: GM is {number!r}; it has to be the number of a game.", line=root.line, number=number),
        )
    chosen = rulesets if len(rulesets) == 1 else {k: each for k, each in rulesets.items() if each.sgf == int(number)}
    if not chosen:
        raise Problem(
            "malformed", _("No game here is number {number} of SGF. Choose the game that it is.", number=number)
        )
    width, height = _size(root, int(number))
    winner = _WINNER.match(root.first("RE"))
    game = StoneGame(
        width=width,
        height=height,
        stones=tuple(_stones(nodes, width, height)),
        black=root.first("PB"),
        white=root.first("PW"),
        winner=winner[1].upper() if winner else "",
    )
    return guess_ruleset(game, chosen)


def _own_game(root: _Node, nodes: list[_Node]) -> ImportedGame:
    """A game that a hall wrote, from its private properties."""
    try:
        options = msgspec.json.decode(root.first("GHOP", "{}"), type=dict[str, Any])
    except UNREADABLE as error:
        raise Problem(
            "malformed", _("Line {line}: GHOP is no JSON object of options ({error}).", line=root.line, error=error)
        ) from error
    strange = next(
        (node for node in nodes if "GHMV" not in node.properties and {"B", "W"} & set(node.properties)), None
    )
    if strange is not None:
        raise Problem(
            "malformed", _("Line {line}: the move of this node is not told in GHMV, as a hall does.", line=strange.line)
        )
    return ImportedGame(
        ruleset=root.first("GHRS"),
        options=options,
        moves=tuple(node.first("GHMV") for node in nodes if "GHMV" in node.properties),
        names=tuple(root.properties.get("GHPN", ())),
        result=read_result(root.first("GHRE")),
    )


def _size(root: _Node, number: int) -> tuple[int, int]:
    match = _SIZE.fullmatch(root.first("SZ", str(_DEFAULT_SIZES.get(number, ""))))
    if match is None:
        raise Problem(
            "malformed", _("Line {line}: SZ has to be the size of the board, such as 15 or 7:6.", line=root.line)
        )
    width, height = int(match[1]), int(match[2] or match[1])
    if not 1 <= min(width, height) <= max(width, height) <= LARGEST:
        raise Problem(
            "malformed", _("Line {line}: a board of SGF has 1 to {largest} lines.", line=root.line, largest=LARGEST)
        )
    return width, height


def _stones(nodes: list[_Node], width: int, height: int) -> list[StonePlaced]:
    stones = []
    for node in nodes:
        if setup := {"AB", "AW", "AE"} & set(node.properties):
            name = min(setup)
            raise Problem(
                "malformed",
                _(
                    "Line {line}: stones are set up by {name}; only games played from the start are read.",
                    line=node.line,
                    name=name,
                ),
            )
        stones += [
            StonePlaced(colour, _place(point, node.line, width, height), node.line)
            for colour in (BLACK, WHITE)
            for point in node.properties.get(colour, ())
        ]
    return stones


def _place(point: str, line: int, width: int, height: int) -> Place | None:
    """The place of a point, None for a pass."""
    if not point or (point == "tt" and max(width, height) <= 19):
        return None
    if (place := place_of(point, width, height)) is None:
        raise Problem(
            "malformed",
            _(
                "Line {line}: there is no point {point!r} on a board of {width}×{height}.",
                line=line,
                point=point[:20],
                width=width,
                height=height,
            ),
        )
    return place


def _decoded(content: bytes) -> str:
    """The text, by the mark that it is UTF-8, else by the file's own word, else as UTF-8 or Latin-1."""
    declared = _CHARSET.search(content[:2_000])
    names = ["utf-8-sig", "latin-1"]
    if declared and not content.startswith(codecs.BOM_UTF8):
        names.insert(0, declared[1].decode())
    for name in names:
        try:
            return content.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    raise AssertionError("Latin-1 has every byte")


def _main_line(text: str) -> list[_Node]:
    """The nodes of the first game of the file, where there are variations the first one. Raises Problem `malformed`."""
    nodes: list[_Node] = []
    branches: list[tuple[bool, int]] = []  # of each open tree: whether the main line goes through it, trees in it
    at, line, counted = 0, 1, 0
    current = _Node(0)
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        line, counted = line + text.count("\n", counted, at), at
        sign = text[at : at + 1]
        if sign == "(":
            is_main, inside = branches[-1] if branches else (True, 0)
            if branches:
                branches[-1] = (is_main, inside + 1)
            branches.append((is_main and inside == 0, 0))
        elif sign == ")" and branches:
            branches.pop()
            if not branches:
                break
        elif sign == ";" and branches:
            current = _Node(line)
            if branches[-1][0]:
                nodes.append(current)
        elif branches and (name := _NAME.match(text, at)):
            at = _read_property(text, name, current, line)
            continue
        else:
            raise Problem("malformed", _unexpected(sign, line))
        at += 1
        if len(nodes) > _MOST_NODES:
            raise Problem(
                "malformed",
                _("Line {line}: this game is longer than {most_nodes} nodes.", line=line, most_nodes=_MOST_NODES),
            )
    if not nodes:
        raise Problem("malformed", _("Line {line}: there is no node in this file.", line=line))
    return nodes


def _read_property(text: str, name: re.Match[str], node: _Node, line: int) -> int:
    """Puts the values of a property, whose name is found, into the node; where the text goes on behind them."""
    # Older versions have small letters in names, which mean nothing.
    values = node.properties.setdefault("".join(filter(str.isupper, name[0])), [])
    at = name.end()
    while value := _VALUE.match(text, at):
        values.append(_unescaped(value[1]))
        at = value.end()
    if at == name.end():
        raise Problem(
            "malformed", _("Line {line}: the property {name} has no value that ends.", line=line, name=name[0][:20])
        )
    return at


def _unescaped(value: str) -> str:
    """The value as it is meant: a line break behind a backslash is none, and any other is a space."""
    text = _ESCAPED.sub(lambda match: "" if match[1].strip("\r\n") == "" else match[1], value)
    return re.sub(r"\s", " ", text, flags=re.ASCII)


def _unexpected(sign: str, line: int) -> str:
    if not sign:
        return _("Line {line}: the file ends before its game does.", line=line)
    return _(
        "Line {line}: {sign!r} is out of place; a game begins with (; and has properties such as B[hh].",
        line=line,
        sign=sign,
    )


READ_SGF = Importer("sgf", b"(", _read_sgf)
