"""The figures that are looked at again and again, and all figures together as Prometheus reads them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import prometheus_client
import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from gamehall import __version__, meters
from gamehall.gauges import Gauge
from gamehall.tables import game, mail
from gamehall.tasks import again_and_again, beside
from gamehall.workers import live_workers

if TYPE_CHECKING:
    from gamehall.hall import Hall

__all__ = ["Sampler"]

log = logging.getLogger(__name__)

_SECONDS = 5.0
_LOOK_SECONDS = 0.5
_HALL_SECONDS = 2.0  # for what is asked of the database when somebody reads the figures

_GAMES = sa.select(sa.func.count()).select_from(game).where(game.c.status == "active")
_MAILS = sa.select(sa.func.count()).select_from(mail).where(mail.c.status.in_(("waiting", "sending")))


class _Shown:
    """A plugin's gauge on its way to Prometheus."""

    def __init__(self, plugin: str, gauge: Gauge) -> None:
        self.plugin = plugin
        self.gauge = gauge
        self.name = gauge.full_name(plugin)
        self._seen: dict[tuple[str, ...], float] = {}
        self._failed = False
        labels = [gauge.label] if gauge.label else []
        self._unlabelled: list[tuple[str, ...]] = [] if labels else [()]
        # Not registered: two halls in one process, as tests have them, would have the same names.
        self.meter: prometheus_client.Counter | prometheus_client.Gauge = (
            prometheus_client.Counter(self.name, gauge.summary, labels, registry=None)
            if gauge.grows
            else prometheus_client.Gauge(self.name, gauge.summary, labels, registry=None, multiprocess_mode="livesum")
        )

    def look(self) -> None:
        """Takes the figure as it is now. One that cannot be had is none, which is said in the log once."""
        try:
            found = self.gauge.figures()
        except (Exception, SystemExit) as error:
            if not self._failed:
                log.error("plugin %s: the gauge %s failed", self.plugin, self.name, exc_info=error)
            self._failed = True
            found = {} if self.gauge.grows else dict.fromkeys(self._seen or self._unlabelled, math.nan)
        else:
            self._failed = False
            # What is not told of any more is over.
            found = ({} if self.gauge.grows else dict.fromkeys(self._seen, 0.0)) | found
        for labels, figure in found.items():
            self._show(labels, figure)

    def _show(self, labels: tuple[str, ...], figure: float) -> None:
        meter = self.meter.labels(*labels) if labels else self.meter
        if isinstance(meter, prometheus_client.Counter):
            meter.inc(max(0.0, figure - self._seen.get(labels, 0.0)))
        else:
            meter.set(figure)
        self._seen[labels] = figure


class Sampler:
    """Looks at one worker's figures while `running` lasts, and tells all of them to whoever reads."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._plugins = [_Shown(plugin.name, gauge) for plugin, gauge in hall.plugins.declared("gamehall_gauges")]
        self._commits = self._committed = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        looking = again_and_again(self._look, _SECONDS, "looking at the figures")
        async with beside(looking, "figures"), beside(_measure_lag(), "event loop lag"):
            yield

    async def _look(self) -> None:
        load = self._hall.database.load()
        meters.CONNECTIONS.labels("in_use").set(load.in_use)
        meters.CONNECTIONS.labels("idle").set(load.idle)
        meters.WAITING.set(load.waiting)
        meters.WRITER_COMMITS.inc(load.commits - self._commits)
        meters.WRITER_TRANSACTIONS.inc(load.committed - self._committed)
        self._commits, self._committed = load.commits, load.committed
        for shown in self._plugins:
            if self._hall.is_on(shown.plugin):
                shown.look()
        meters.FEED_LAG.set(await self._hall.feed.lag())

    async def text(self) -> bytes:
        """Every figure of every worker of this host, in Prometheus' text format."""
        figures = [_figure("build_info", "Which version this is, on which database; always 1.", 1.0, self._build)]
        try:
            async with asyncio.timeout(_HALL_SECONDS):
                await self._look()
                games, mails, workers = await self._hall.database.read(_hall_figures)
        except (TimeoutError, sa.exc.SQLAlchemyError):
            figures.append(_figure("database_up", "Whether the database answers.", 0.0))
        else:
            figures += [
                _figure("database_up", "Whether the database answers.", 1.0),
                _figure("games_live", "Games that go on, in the whole hall.", games),
                _figure("mails_waiting", "Mails that wait to be sent, in the whole hall.", mails),
                _figure("workers_live", "Workers at work, on all hosts.", workers),
            ]
        return await asyncio.to_thread(self._text, figures)

    @property
    def _build(self) -> dict[str, str]:
        return {"version": __version__, "database": self._hall.database.dialect}

    def _text(self, figures: list[Metric]) -> bytes:
        registry = CollectorRegistry()
        registry.register(_Given([*figures, *self._kept()]))
        return generate_latest(registry)

    def _kept(self) -> Iterator[Metric]:
        """What is kept of this worker, or of all of them, without plugins that are off and figures that failed."""
        off = {shown.name.removesuffix("_total") for shown in self._plugins if not self._hall.is_on(shown.plugin)}
        for metric in self._of_workers() if meters.folder() else self._own():
            if metric.name not in off:
                metric.samples = [sample for sample in metric.samples if not math.isnan(sample.value)]
                yield metric

    def _own(self) -> Iterator[Metric]:
        yield from meters.OWN.collect()
        for shown in self._plugins:
            yield from shown.meter.collect()

    def _of_workers(self) -> Iterable[Metric]:
        folder = Path(meters.folder())
        for pid in {int(path.stem.rpartition("_")[2]) for path in folder.glob("gauge_live*.db")}:
            if not _is_alive(pid):
                mark_process_dead(pid)
        found: Iterable[Metric] = MultiProcessCollector(None, str(folder)).collect()
        return found


class _Given:
    """Metrics that are there already, in the form in which the library writes them out."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterable[Metric]:
        return self._metrics


async def _measure_lag() -> None:
    clock = asyncio.get_running_loop().time
    while True:
        due = clock() + _LOOK_SECONDS
        await asyncio.sleep(_LOOK_SECONDS)
        meters.LOOP_LAG.observe(max(0.0, clock() - due))


def _hall_figures(connection: sa.Connection) -> tuple[int, int, int]:
    games, mails = (connection.scalar(query) or 0 for query in (_GAMES, _MAILS))
    return games, mails, len(live_workers(connection))


def _figure(name: str, summary: str, value: float, labels: dict[str, str] | None = None) -> Metric:
    family = GaugeMetricFamily(f"gamehall_{name}", summary, labels=list(labels or {}))
    family.add_metric(list((labels or {}).values()), value)
    return family


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # the number has gone to somebody else's process
        return False
    return True
