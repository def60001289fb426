"""Games as text for people: who played, the moves, the result, and the last board in letters."""

from __future__ import annotations

from collections.abc import Iterable

from gamehall.declare import Exporter, GameRecord
from gamehall.game import Piece, Scene, cell_name, column_name
from gamehall.looks import draw_piece, name_piece
from gamehall.records.diagrams import scene_after

__all__ = ["TEXT", "board_lines"]

_STONES = {"black": "X", "white": "O", "cross": "X", "nought": "O"}
_FREE = "."


def _write_text(record: GameRecord) -> bytes:
    size = f"{record.width}×{record.height}" if record.width else ""
    lines = [", ".join(filter(None, (record.ruleset_title, size, record.started_at[:10])))]
    lines += [f"{side.capitalize()}: {name}" for side, name in zip(record.sides, record.names, strict=True)]
    lines += ["", *_numbered([each.move for each in record.moves]), "", _result(record)]
    if record.width:
        lines += ["", *board_lines(scene_after(record))]
    return ("\n".join(lines) + "\n").encode()


def _numbered(moves: list[str], per_line: int = 10) -> list[str]:
    numbered = [f"{number}. {move}" for number, move in enumerate(moves, start=1)]
    return ["  ".join(numbered[at : at + per_line]) for at in range(0, len(numbered), per_line)]


def _result(record: GameRecord) -> str:
    if record.reason is None:
        return "Not finished."
    if record.status == "aborted":
        return f"Without a result ({record.reason})."
    if record.winner is None:
        return f"Draw ({record.reason})."
    return f"{record.names[record.winner]} ({record.sides[record.winner]}) wins ({record.reason})."


def board_lines(scene: Scene) -> list[str]:
    """The board from its top row down, with the names of rows and columns, and a line that says what the letters are.

    Each row of hexes stands half a cell to the right of the one above it.
    """
    letters = {piece.cell: _letter(scene, piece) for piece in scene.pieces}
    columns = [column_name(column) for column in range(scene.width)]
    wide = max(map(len, (_FREE, *letters.values(), *columns))) + 1
    wide += wide % 2 if scene.lattice == "hexes" else 0
    edge = len(str(scene.height))
    lines = []
    for row in range(scene.height):
        cells = (letters.get(cell_name(row, column, scene.height), _FREE) for column in range(scene.width))
        lines.append(_row(str(scene.height - row).rjust(edge), cells, wide, _shift(scene, row, wide)))
    lines.append(_row(" " * edge, columns, wide, _shift(scene, scene.height, wide)))
    return [*lines, *_legend(scene)]


def _shift(scene: Scene, row: int, wide: int) -> int:
    return row * wide // 2 if scene.lattice == "hexes" else 0


def _row(head: str, cells: Iterable[str], wide: int, shift: int) -> str:
    return (" " * shift + head + "".join(cell.rjust(wide) for cell in cells)).rstrip()


def _letter(scene: Scene, piece: Piece) -> str:
    """X and O for stones; for any other piece its letter, small for the second side where it is no side's own kind."""
    drawn = draw_piece(scene, piece)
    if drawn.picture:
        return _STONES[drawn.picture]
    symbol = drawn.symbol or "*"
    return symbol.lower() if piece.seat == 1 and piece.kind not in scene.sides else symbol


def _legend(scene: Scene) -> list[str]:
    """What each letter on the board stands for."""
    told = {_letter(scene, piece): name_piece(scene, piece) for piece in scene.pieces}
    words = [f"{letter} {name}" for letter, name in sorted(told.items())]
    return ["", ", ".join(words)] if words else []


TEXT = Exporter("text", "text/plain; charset=utf-8", "txt", _write_text)
