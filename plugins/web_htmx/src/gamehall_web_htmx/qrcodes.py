"""Addresses as QR codes, to be read from one screen by another."""

from __future__ import annotations

import segno
from markupsafe import Markup

__all__ = ["qr_code"]


def qr_code(address: str) -> Markup:
    """The code as an SVG element, dark on light whatever the page is, as readers want it."""
    code = segno.make(address, micro=False)
    svg: str = code.svg_inline(border=3, dark="#000", light="#fff", omitsize=True, svgclass="qr-code", lineclass=None)
    return Markup(svg)  # noqa: S704 - the address became squares, and nothing in it is text
