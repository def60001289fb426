"""Games as pictures: a position as SVG and PNG, and a whole game as an animated GIF."""

from typing import TYPE_CHECKING

from gamehall import hookimpl

if TYPE_CHECKING:
    from gamehall.declare import Exporter


@hookimpl
def gamehall_exporters() -> "list[Exporter]":
    """The formats `svg`, `png` and `gif`."""
    from .formats import FORMATS  # with Pillow, which the commands of operators need not wait for

    return FORMATS
