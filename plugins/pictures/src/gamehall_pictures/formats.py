"""The formats, each written by a module that is only imported when a picture is asked for."""

from gamehall.declare import Exporter, GameRecord
from gamehall.languages import catalogue
from gamehall.problems import Problem

__all__ = ["FORMATS"]

_ = catalogue(__name__)


def _write_svg(record: GameRecord) -> bytes:
    from .vector import draw_svg

    return draw_svg(_with_board(record))


def _write_png(record: GameRecord) -> bytes:
    from .raster import draw_png

    return draw_png(_with_board(record))


def _write_gif(record: GameRecord) -> bytes:
    from .film import draw_gif

    return draw_gif(_with_board(record))


def _with_board(record: GameRecord) -> GameRecord:
    """The record. Raises Problem `unknown-format` for a game without a board, and for a board too large to draw."""
    if not record.width:
        raise Problem("unknown-format", _("This game has no board to make a picture of."))
    if record.width * record.height > LARGEST:
        raise Problem("unknown-format", _("A picture has a board of at most {largest} cells.", largest=LARGEST))
    return record


LARGEST = 10_000

FORMATS = [
    Exporter("svg", "image/svg+xml", "svg", _write_svg),
    Exporter("png", "image/png", "png", _write_png),
    Exporter("gif", "image/gif", "gif", _write_gif),
]
