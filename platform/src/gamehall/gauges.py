"""What a plugin can show of itself to whoever watches the hall."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Gauge"]


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure of one worker, shown at `/metrics` as `gamehall_<plugin>_<name>`, summed over the workers of a host.

    `read` gives it, or with a `label` the figure of each of its values, of which there are few. It is called every few
    seconds, on the event loop: it must wait for nothing. With `grows` it is a total since the worker's start that never
    falls, and its name ends with `_total`.
    """

    name: str
    summary: str
    read: Callable[[], float | Mapping[str, float]]
    label: str = ""
    grows: bool = False

    def full_name(self, plugin: str) -> str:
        """The name by which it is shown."""
        return f"gamehall_{plugin}_{self.name}{'_total' if self.grows else ''}"

    def figures(self) -> dict[tuple[str, ...], float]:
        """What it gives now, by the values of its labels. Raises TypeError for what is no figure, and whatever `read`
        does."""
        given = self.read()
        if isinstance(given, Mapping) != bool(self.label):
            raise TypeError("a gauge gives a mapping where it has a label, and a number where it has none")
        if isinstance(given, Mapping):
            return {(str(value),): float(figure) for value, figure in given.items()}
        return {(): float(given)}
