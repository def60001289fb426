"""What the window shows, in words that tests can compare with what a hall says."""

from __future__ import annotations

from gamehall.game import Scene

from .model import Model
from .tablewords import headline

_OF_THE_BOARD = frozenset({"star", "zone"})


def shown(model: Model) -> dict[str, str]:
    """The screen, what Tab has reached, whether the hall answers and what was said last; of an open game its id, its
    ply, how it stands, the move that is on its way, and by cell what stands there and which signs are on it:
    `cell:h8` is `black last`."""
    account, table = model.account, model.table
    told = {
        "screen": model.screen,
        "user": account.username or "",
        "reached": model.reached or "",
        "offline": account.offline.why if account.offline else "",
        "said": model.toasts.said[-1].text if model.toasts.said else "",
    }
    if table.game is None or table.scene is None:
        return told
    sending = table.sending
    told |= {
        "game": table.game.id,
        "ply": str(table.game.ply),
        "status": table.game.status,
        "headline": headline(table).text,
        "sending": f"{sending.move}{' waits' if sending.waiting else ''}" if sending else "",
    }
    return told | cells_of(table.scene)


def cells_of(scene: Scene) -> dict[str, str]:
    """What stands on each cell that is not bare, and the signs on it that are no part of the board."""
    words: dict[str, list[str]] = {}
    for piece in scene.pieces:
        words.setdefault(piece.cell, []).append(piece.kind)
    for mark in scene.marks:
        if mark.kind not in _OF_THE_BOARD:
            words.setdefault(mark.cell, []).append(mark.kind)
    return {f"cell:{cell}": " ".join(sorted(each)) for cell, each in words.items()}
