"""One worker's hall: its database, feed, switches and plugins, and what it gives to plugins as their host."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Concatenate, Literal, NamedTuple, ParamSpec, TypeVar

import sqlalchemy as sa
from litestar.connection import ASGIConnection

from gamehall import meters, migrate, stopping
from gamehall.database import Database, Prepared, open_database, sync_url
from gamehall.declare import (
    Check,
    CheckResult,
    Host,
    InstalledPlugin,
    Lifespan,
    Opponent,
    Principal,
    Question,
    Verdict,
)
from gamehall.delivery import transport_of
from gamehall.endings import let_flags_fall
from gamehall.events import Event, NewEvent
from gamehall.facts import Fact, noting_facts
from gamehall.features import LiveFeatures
from gamehall.feed import Feed, emit
from gamehall.game import Ruleset
from gamehall.guests import remove_strays
from gamehall.halltime import HallTime
from gamehall.hearing import hearing
from gamehall.identifying import authenticators_of, identify
from gamehall.languages import catalogue
from gamehall.lobby import expire_challenges
from gamehall.mail import send_due
from gamehall.notices import tell_turns
from gamehall.opponents import seat_opponent
from gamehall.origins import at_work
from gamehall.passwords import Passwords
from gamehall.plugins import Plugins
from gamehall.presence import Presence
from gamehall.rates import Rates
from gamehall.readiness import Checks, Readiness
from gamehall.replays import check_games
from gamehall.reports import REPORT_SECONDS, Report, put_down, take_back
from gamehall.retention import forget_old, retentions_of
from gamehall.settings import Settings, secret_key
from gamehall.statements import Stopwatch
from gamehall.tables import now
from gamehall.tasks import again_and_again, beside
from gamehall.tracing import marked
from gamehall.verdicts import kept_apart, refused_to, verdict_of
from gamehall.wakeups import PostgresWakeups, RedisWakeups, Wakeups

__all__ = ["Hall"]

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")

_STANDING_SECONDS = 10.0  # the feed is read every second, unless the database is slow or away


class _Offered(NamedTuple):
    """Which plugins are off, what the others declared for the hooks that were asked for so far, and their rulesets."""

    off: frozenset[str]
    declared: dict[str, list[tuple[str, Any]]]
    rulesets: Mapping[str, Ruleset[Any, Any]]


class Hall:
    """The host of every plugin in this process; it has the shape of declare.Host."""

    def __init__(self, settings: Settings, plugins: Plugins) -> None:
        self.settings = settings
        self.plugins = plugins
        self.secret = secret_key(settings)
        self.phase: Literal["starting", "working", "stopping"] = "starting"
        self.readiness = Readiness(self._checks)
        self._since = now()
        self.passwords = Passwords()
        self.database: Database = open_database(settings.database_url, Stopwatch(settings.slow_query_ms))
        # Several processes on one SQLite file have nothing that wakes them, so they look more often.
        unheard = self.database.dialect == "sqlite" and settings.workers > 1 and not settings.redis_url
        self.time = HallTime(self.database)
        self.presence = Presence(self.database)
        self.rates = Rates(settings, self.database, self.time.now, lambda name: meters.LIMITED.labels(name).inc())
        self.time.after_beat(self.presence.write_down)
        self.feed = Feed(self.database, poll_seconds=0.1 if unheard else 1.0)
        self.features = LiveFeatures(self.database, self.feed)
        self.rulesets: Mapping[str, Ruleset[Any, Any]] = {}
        self._opponents: dict[str, tuple[str, Opponent]] = {}  # (plugin, who) by the account's id
        self._kept: dict[Any, Any] = {}
        self._offered_at: tuple[frozenset[str], int] | None = None
        self._wakeups: Wakeups | None = None
        if settings.redis_url:
            self._wakeups = RedisWakeups(settings.redis_url)
        elif self.database.dialect == "postgresql":
            self._wakeups = PostgresWakeups(sync_url(settings.database_url), self.database.name)
        plugins.collect_for(self)
        self._authenticators = authenticators_of(plugins)
        self._take_rulesets()
        self._offered_at = None  # until now not everything was declared

    def _take_rulesets(self) -> None:
        self.rulesets = {key: ruleset for key, (_, ruleset) in self.plugins.rulesets.items()}

    @property
    def offered_rulesets(self) -> Mapping[str, Ruleset[Any, Any]]:
        return self._offered.rulesets

    def is_on(self, plugin: str) -> bool:
        """Whether what this plugin contributes can be used."""
        return plugin in self.features and not self.plugins.all[plugin].failed

    @property
    def plugins_off(self) -> frozenset[str]:
        """The names of the plugins that contribute nothing now."""
        return self._offered.off

    @property
    def _offered(self) -> _Offered:
        """What can be used now, put together once for as long as nobody throws a switch and no plugin fails."""
        at = (self.features.off, self.plugins.failures)
        if at != self._offered_at:
            self._offered_at = at
            off = frozenset(name for name in self.plugins.all if not self.is_on(name))
            rulesets = {
                key: ruleset
                for key, (plugin, ruleset) in self.plugins.rulesets.items()
                if plugin.name not in off and f"ruleset:{key}" in self.features
            }
            self._last_offered = _Offered(off, {}, rulesets)
        return self._last_offered

    @property
    def installed_plugins(self) -> list[InstalledPlugin]:
        return [plugin.installed for _, plugin in sorted(self.plugins.all.items())]

    def plugin_of(self, ruleset: str) -> str:
        return self.plugins.rulesets[ruleset][0].name

    @property
    def opponents(self) -> Mapping[str, Opponent]:
        return {
            user_id: replace(who, summary=catalogue(f"gamehall_{plugin}")(who.summary))
            for user_id, (plugin, who) in self._opponents.items()
            if self.is_on(plugin)
        }

    def plugin_settings(self, shape: type[S]) -> S:
        for plugin in self.plugins.working:
            if isinstance(plugin.settings, shape):
                return plugin.settings
        raise LookupError(f"no plugin declared {shape.__name__} in gamehall_settings")

    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with meters.transaction("read", fn):
            return await self.database.read(marked(fn), *args, **kwargs)

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with meters.transaction("write", fn), noting_facts() as facts:
            result = await self.database.write(marked(fn), *args, **kwargs)
        if self._count(facts):
            self.feed.wake()
        return result

    def _count(self, facts: Sequence[Fact]) -> bool:
        """Counts what was committed and has other processes told if there are events in it; whether there are."""
        meters.count_facts(facts)
        told = any(each.what == "event" for each in facts)
        if told and self._wakeups is not None:
            self._wakeups.announce()
        return told

    async def look(self, statement: Prepared, **values: Any) -> list[Any]:
        return await self.database.look(statement, **values)

    async def together(
        self, fn: Callable[Concatenate[sa.Connection, P], tuple[T, list[Event]]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with meters.transaction("write", fn), noting_facts() as facts:
            result, events = await self.database.together(marked(fn), *args, **kwargs)
        self._count(facts)
        self.feed.take(events)
        return result

    def kept(self, kind: Callable[[Host], T]) -> T:
        if kind not in self._kept:
            self._kept[kind] = kind(self)
        found: T = self._kept[kind]
        return found

    def emit(self, connection: sa.Connection, *events: NewEvent) -> None:
        emit(connection, events)

    def declared(self, hook: str) -> list[tuple[str, Any]]:
        off, known, _rulesets = self._offered
        if hook not in known:
            everything = self.plugins.declared(hook)
            known[hook] = [(plugin.name, item) for plugin, item in everything if plugin.name not in off]
        return known[hook].copy()

    def fault(self, plugin: str, what: str, error: BaseException) -> None:
        self.plugins.all[plugin].failures += 1
        meters.FAULTS.labels(plugin, what).inc()
        with at_work(plugin):
            log.error("plugin %s: %s failed: %s: %s", plugin, what, type(error).__name__, error, exc_info=error)
        if self.settings.strict:
            raise error

    def hall_time(self) -> int:
        return self.time.now()

    async def identify(self, connection: ASGIConnection[Any, Any, Any, Any], area: str) -> Principal | None:
        return await identify(self, self._authenticators, connection, area)

    async def ask(self, question: Question, *subjects: str) -> Verdict:
        return await verdict_of(self, question, *subjects)

    async def unwatchable(self, user_id: str, game_ids: Sequence[str]) -> frozenset[str]:
        return await refused_to(self, user_id, game_ids)

    async def apart(self, user_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        return await kept_apart(self, user_ids)

    async def check(self) -> dict[str, CheckResult]:
        """What the hall's own checks and those of plugins that are on say, by name."""
        return await self.readiness.ask()

    def _checks(self) -> Checks:
        if self.phase != "working":
            return {"worker": self._check_phase}
        return {"database": self._check_database, "reading": self._check_reading, **self.plugin_checks}

    @property
    def plugin_checks(self) -> Checks:
        """Those of the plugins that are on, by name; they can be asked without a worker."""
        checks: list[tuple[str, Check]] = self.declared("gamehall_checks")
        return {f"{plugin}.{check.name}": partial(_as_work_of, plugin, check.run) for plugin, check in checks}

    async def _check_phase(self) -> CheckResult:
        return CheckResult(False, f"This worker is {self.phase}.")

    async def _check_database(self) -> CheckResult:
        await self.database.read(lambda connection: connection.execute(sa.text("SELECT 1")))
        return CheckResult(True)

    async def _check_reading(self) -> CheckResult:
        silent = self.feed.silent_seconds
        detail = f"The feed was last read {silent:.0f} s ago, so nobody is told of anything."
        return CheckResult(False, detail) if silent > _STANDING_SECONDS else CheckResult(True)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The hall at work in this worker, from the start to the end of its server."""
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            stack.push_async_callback(self.rates.close)
            stack.callback(self.passwords.close)
            await asyncio.to_thread(self._check_tables)
            self._take_rulesets()
            await stack.enter_async_context(stopping.heard_by(self.feed.wake_subscribers))
            stack.push_async_callback(self.presence.leave)
            await stack.enter_async_context(self.time.running())
            for plugin, listener in self.plugins.declared("gamehall_listeners"):
                await stack.enter_async_context(hearing(self, plugin.name, listener))
            self.features.watch(self.feed.wake_subscribers)
            await stack.enter_async_context(self.feed.running())
            if self._wakeups is not None:
                await stack.enter_async_context(self._wakeups.running(self.feed.wake))
            await stack.enter_async_context(self.features.running())
            for plugin, lifespan in self.plugins.declared("gamehall_lifespan"):
                await self._enter(stack, plugin.name, lifespan)
            for plugin, opponent in self.plugins.declared("gamehall_opponents"):
                with at_work(plugin.name):
                    user_id, seated = await self.database.write(seat_opponent, plugin.name, opponent)
                self._opponents[user_id] = (plugin.name, seated)
                await self._enter(stack, plugin.name, Lifespan(partial(opponent.enter, user_id)))
            await stack.enter_async_context(beside(check_games(self), "games of other rules"))
            for name, seconds, work in self._rounds():
                await stack.enter_async_context(beside(again_and_again(work, seconds, name), name))
            stack.push_async_callback(self._stop)
            self.phase = "working"
            yield

    async def _stop(self) -> None:
        self.phase = "stopping"
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            await self.database.write(take_back)

    async def _report(self) -> None:
        failures = {plugin.name: plugin.failures for plugin in self.plugins.all.values() if plugin.failures}
        await self.database.write(put_down, Report(self._since, failures))

    def _rounds(self) -> Iterator[tuple[str, float, Callable[[], Awaitable[None]]]]:
        """What every worker looks after again and again: what it is called, after how many seconds, and the work."""
        yield "letting flags fall", 0.25, partial(let_flags_fall, self)
        yield "closing challenges", 5.0, partial(expire_challenges, self)
        yield "removing guests", 3_600.0, partial(remove_strays, self)
        yield "forgetting what was long ago", 3_600.0, self._forget_old
        yield "forgetting limits", 120.0, self.rates.forget
        yield "saying how it does", REPORT_SECONDS, self._report
        if (transport := transport_of(self.settings)) is not None:
            yield "telling of turns", 60.0, partial(tell_turns, self, transport)
            yield "sending mails", 5.0, partial(send_due, self, transport)  # somebody waits for a link

    async def _forget_old(self) -> None:
        await forget_old(self, retentions_of(self.plugins))

    def _check_tables(self) -> None:
        engine = sa.create_engine(sync_url(self.settings.database_url), poolclass=sa.NullPool)
        with engine.connect() as connection:
            migrate.check_all(connection, self.plugins)
        engine.dispose()

    async def _enter(self, stack: contextlib.AsyncExitStack, plugin: str, lifespan: Lifespan) -> None:
        try:
            with at_work(plugin):
                context = lifespan.enter()
                await context.__aenter__()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - it keeps no other from starting
            self.plugins.fail(self.plugins.all[plugin], error)
            return

        async def leave() -> None:
            try:
                with at_work(plugin):
                    await context.__aexit__(None, None, None)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - it keeps no other from ending in order
                self.fault(plugin, "the end of its lifespan", error)

        stack.push_async_callback(leave)


async def _as_work_of(plugin: str, run: Callable[[], Awaitable[T]]) -> T:
    with at_work(plugin):
        return await run()
