"""The themes that plugins bring which are installed beside the client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from gamehall.plugins import Plugins, load_plugins
from gamehall.settings import Settings

from .declare import BoardLook, Theme
from .state.settings import ThemesFound

log = logging.getLogger(__name__)


async def find_themes(post: Callable[[object], None]) -> None:
    """Posts what there is. Plugins take a second to load, so the window is there before."""
    post(ThemesFound(themes_of(await asyncio.to_thread(load_plugins, Settings()))))


def themes_of(plugins: Plugins) -> tuple[tuple[str, Theme | BoardLook], ...]:
    """Each theme and board with the package that has its texts; what is of another kind is logged and left out."""
    plugins.collect("desktop_themes")
    found: list[tuple[str, Theme | BoardLook]] = []
    for plugin, item in plugins.declared("desktop_themes"):
        if isinstance(item, Theme | BoardLook):
            found.append((plugin.module, item))
        else:
            log.error("plugin %s declares %s for desktop_themes", plugin.name, type(item).__name__)
    return tuple(found)
