"""Templates, from our own package and from those of other plugins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import jinja2
from markupsafe import Markup

from .assets import Assets
from .browsers import browser_words

__all__ = ["environment"]


class PluginTemplates(jinja2.BaseLoader):
    """`friends/list.html` is `templates/list.html` in the package of the plugin `friends`."""

    def __init__(self) -> None:
        self._loaders: dict[str, jinja2.PackageLoader] = {}

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        plugin, _, name = template.partition("/")
        if plugin not in self._loaders:
            try:
                self._loaders[plugin] = jinja2.PackageLoader(f"gamehall_{plugin}")
            except (ImportError, ValueError) as error:
                raise jinja2.TemplateNotFound(template) from error
        return self._loaders[plugin].get_source(environment, name)


def environment(assets: Assets) -> jinja2.Environment:
    """Everything that templates share. Texts are escaped and a name that does not exist is an error."""
    shared = jinja2.Environment(
        loader=PluginTemplates(),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared.globals["asset"] = assets.url
    shared.globals["drawing"] = assets.drawing
    shared.filters["browser_words"] = browser_words
    shared.filters["day"] = day
    shared.filters["moment"] = moment
    shared.filters["sentence"] = sentence
    return shared


def moment(when: datetime | str) -> Markup:
    """A time, in the words of this hall's clock, as an element that programs can read too."""
    parsed = datetime.fromisoformat(when) if isinstance(when, str) else when
    parsed = parsed.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        parsed.strftime("%Y-%m-%dT%H:%M:%SZ"), f"{parsed:%-d %b %Y, %H:%M} UTC"
    )


def day(when: datetime) -> Markup:
    """The day of a time, as an element that programs can read too."""
    day = when.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(f"{day:%Y-%m-%d}", f"{day:%-d %b %Y}")


def sentence(text: str) -> str:
    """The text with a capital at its beginning; the rest stays as it is."""
    return text[:1].upper() + text[1:]
