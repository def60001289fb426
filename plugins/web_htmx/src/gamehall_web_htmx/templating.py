"""Templates, from our own package and from those of other plugins."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import jinja2
from markupsafe import Markup

from gamehall.declare import Host
from gamehall.languages import N_, catalogue, language, languages
from gamehall.naming import say, sentence

from .assets import assets_of
from .boardhtml import BoardHtml
from .browsers import browser_words
from .cardhtml import game_card, versus
from .keeping import KeptPieces
from .templatetexts import OwnTexts

__all__ = ["shared_templates"]

_ = catalogue(__name__)

_MONTHS = (
    N_("Jan"),
    N_("Feb"),
    N_("Mar"),
    N_("Apr"),
    N_("May"),
    N_("Jun"),
    N_("Jul"),
    N_("Aug"),
    N_("Sep"),
    N_("Oct"),
    N_("Nov"),
    N_("Dec"),
)


class PluginTemplates(jinja2.BaseLoader):
    """`friends/list.html` is `templates/list.html` in the package of the plugin `friends`."""

    def __init__(self) -> None:
        self._loaders: dict[str, jinja2.PackageLoader] = {}

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        plugin, _slash, name = template.partition("/")
        if plugin not in self._loaders:
            try:
                self._loaders[plugin] = jinja2.PackageLoader(f"gamehall_{plugin}")
            except (ImportError, ValueError) as error:
                raise jinja2.TemplateNotFound(template) from error
        return self._loaders[plugin].get_source(environment, name)


class Templates(jinja2.Environment):
    """With names for all templates in one plain dict: the library's chain of dicts is gone through for each import."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def shared_templates(host: Host) -> jinja2.Environment:
    """Everything that templates share. Texts are escaped and a name that does not exist is an error.

    Of which templates there are, and of what stands in them, nothing changes while a hall runs, unless somebody works
    at them.
    """
    assets = host.kept(assets_of)
    shared = Templates(
        loader=PluginTemplates(),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[OwnTexts, KeptPieces],
        auto_reload=host.settings.debug,
        cache_size=-1,
    )
    shared.globals.update(address=host.settings.address, debug=host.settings.debug)
    shared.globals.update(language=language, languages=languages, say=say)
    shared.globals["asset"] = assets.url
    shared.globals["drawing"] = assets.drawing
    board = BoardHtml(assets)
    shared.globals.update(cell=board.cell, cells=board.cells, stone=board.stone)
    shared.globals.update(entry=board.entry, entries=board.entries, receipts=board.receipts)
    shared.globals.update(game_card=game_card, versus=versus)
    shared.filters["browser_words"] = browser_words
    shared.filters["clock_time"] = clock_time
    shared.filters["day"] = day
    shared.filters["moment"] = moment
    shared.filters["sentence"] = sentence
    return shared


def moment(when: datetime | str) -> Markup:
    """A time, in the words of this hall's clock, as an element that programs can read too."""
    parsed = datetime.fromisoformat(when) if isinstance(when, str) else when
    parsed = parsed.astimezone(UTC)
    words = _("{day}, {time} UTC", day=_date(parsed), time=parsed.strftime("%H:%M"))
    return _element(f"{parsed:%Y-%m-%dT%H:%M:%SZ}", words)


@lru_cache(maxsize=100)
def clock_time(when: datetime) -> Markup:
    """The time of day, to the second."""
    then = when.astimezone(UTC)
    return _element(f"{then:%Y-%m-%dT%H:%M:%SZ}", f"{then:%H:%M:%S} UTC")


def day(when: datetime) -> Markup:
    """The day of a time, as an element that programs can read too."""
    then = when.astimezone(UTC)
    return _element(f"{then:%Y-%m-%d}", _date(then))


def _element(machine: str, words: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine, words)


def _date(when: datetime) -> str:
    return _("{day} {month} {year}", day=when.day, month=_(_MONTHS[when.month - 1]), year=when.year)
