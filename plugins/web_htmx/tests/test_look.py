"""What people choose for themselves shows on every page at once, and nobody else sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rig.hall import Hall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]


def root(page: Any) -> set[str]:
    """The classes of a page's root."""
    return set(next(given for tag, given in page.attributes if tag == "html")["class"].split())


async def test_an_account_keeps_its_choices_wherever_it_signs_in(
    hall: Hall, players: list[Any], newcomer: Make
) -> None:
    ada, bob = players
    settings = await ada.page("/settings")
    assert {"theme-auto", "board-wood", "stones-glass"} <= root(settings)
    await ada.go("/settings", "/look?next=/settings%3Fsaved", theme="dark", board="slate", coordinates="false")
    for path in ("/", "/settings", "/games"):
        assert {"theme-dark", "board-slate", "stones-glass", "no-coordinates"} <= root(await ada.page(path))
    assert root(await bob.page("/")) >= {"theme-auto", "board-wood"}

    again = newcomer(hall)
    await again.sign_in("ada")
    assert "theme-dark" in root(await again.page("/"))
    # What a form leaves out stays, and what is no choice changes nothing.
    await again.go("/look", "/look?next=/", stones="flat", theme="loud", volume="1000")
    assert {"theme-dark", "board-slate", "stones-flat"} <= root(await ada.page("/"))


async def test_a_stranger_keeps_them_in_the_browser(hall: Hall, newcomer: Make) -> None:
    one, other = newcomer(hall), newcomer(hall)
    assert await one.go("/look?next=/games", "/look?next=/games", board="green", shapes="true") == "/games"
    assert {"board-green", "shapes"} <= root(await one.page("/games"))
    assert root(await other.page("/games")) >= {"board-wood"}
    # Who makes an account here goes on with them.
    await one.register("ada")
    assert "board-green" in root(await one.page("/"))
    assert await one.go("/look", "/look?next=/", sound="false") == "/"
    assert await one.go("/look?next=//elsewhere", "/look?next=/", board="wood") == "/"
