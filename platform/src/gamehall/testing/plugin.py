"""Checks of an installed plugin: whatever the hall relies on and can find out without knowing what it is for."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import metadata
from typing import Any, NoReturn

import httpx
import sqlalchemy as sa
from litestar.routes import BaseRoute
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gamehall import migrate
from gamehall.app import create_app, routes_of, unruled_of
from gamehall.database import sync_url
from gamehall.declare import Exporter, GameRecord, ImportedGame, Importer, RecordedMove
from gamehall.features import Switchable, switch
from gamehall.game import CellChange, Scene
from gamehall.hall import Hall
from gamehall.plugins import GROUP, Plugin, load_plugins
from gamehall.problems import Problem
from gamehall.records.canonical import digest
from gamehall.settings import Settings
from gamehall.tables import new_id

from .rules import check_ruleset

__all__ = ["check_plugin"]

_RULES_ONLY = {"gamehall_rulesets", "gamehall_exporters", "gamehall_importers"}
_TOO_MUCH = ("litestar", "sqlalchemy")
_METHODS = {"GET", "HEAD", "POST", "DELETE", "OPTIONS"}
_NOBODY = "nobody-knows"
_SECONDS = 30


def check_plugin(name: str, settings: Mapping[str, Any] | None = None, *, games: int = 5) -> None:
    """Takes an installed plugin through its whole life in a hall of its own, with every other plugin beside it.

    It has one name everywhere and comes through every stage; its migrations go up, down and up and make the tables
    that its metadata describes; it starts, is healthy, is described by the API's document, and ends; while it is off
    its paths are answered like unknown ones. Each of its rulesets passes `check_ruleset` with so many `games`, and
    when it brings nothing but rules, it imports neither the web nor a database.

    `settings` is its section of the configuration. Raises AssertionError with what to mend. Not for use inside a
    running event loop.
    """
    with tempfile.TemporaryDirectory(prefix="gamehall-") as folder:
        chosen = Settings(
            database_url=f"sqlite+aiosqlite:///{folder}/hall.db",
            data_dir=folder,
            rate_limits=False,
            plugins={name: dict(settings or {})},
        )
        loaded = load_plugins(chosen)
        if name not in loaded.all:
            _fail(name, f"it is not installed here; installed are {', '.join(loaded.all)}")
        plugin = loaded.all[name]
        _check_stage(plugin)
        _check_metadata(plugin)
        migrate.upgrade(chosen.database_url, migrate.HALL)
        if (owner := migrate.owner_of(loaded, name)) is not None:
            _check_migrations(chosen.database_url, owner)
        migrate.upgrade_all(chosen.database_url, loaded)
        plugin = asyncio.run(_check_life(chosen, name))
    for exporter in plugin.declared.get("gamehall_exporters", ()):
        _check_exporter(plugin, exporter)
    for importer in plugin.declared.get("gamehall_importers", ()):
        _check_importer(plugin, importer)
    for ruleset in plugin.declared.get("gamehall_rulesets", ()):
        check_ruleset(ruleset, games=games)
    hooks = {hook for hook, declared in plugin.declared.items() if declared}
    if "gamehall_rulesets" in hooks <= _RULES_ONLY:
        _check_imports(plugin)


def _fail(name: str, complaint: str) -> NoReturn:
    raise AssertionError(f"plugin {name}: {complaint}")


def _check_stage(plugin: Plugin) -> None:
    if plugin.failed:
        _fail(plugin.name, f"it stays off after {plugin.stage}: {plugin.reason}")


def _check_metadata(plugin: Plugin) -> None:
    entries = [entry for entry in metadata.entry_points(group=GROUP) if entry.name == plugin.name]
    if len(entries) > 1:
        _fail(plugin.name, "another distribution declares a plugin of this name; uninstall one of them")
    needs = {canonicalize_name(Requirement(text).name) for text in plugin.requires}
    if canonicalize_name(GROUP) not in needs:
        _fail(plugin.name, f"its distribution has to depend on {GROUP}, with the versions that it works with")


def _check_migrations(url: str, owner: migrate.Owner) -> None:
    migrate.upgrade(url, owner)
    _check_tables(url, owner, "upgrading")
    migrate.downgrade(url, owner)
    if left := _tables(url, owner):
        _fail(owner.name, f"downgrading leaves tables behind: {', '.join(sorted(left))}")
    migrate.upgrade(url, owner)
    _check_tables(url, owner, "downgrading and upgrading again")


def _check_tables(url: str, owner: migrate.Owner, what: str) -> None:
    with migrate.migration_connection(url) as connection:
        if differences := migrate.differences(connection, owner):
            _fail(owner.name, f"after {what} the tables are not those of its metadata: {differences}")


def _tables(url: str, owner: migrate.Owner) -> set[str]:
    engine = sa.create_engine(sync_url(url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
    engine.dispose()
    return {name for name in names if owner.owns(name)} - {owner.version_table}


async def _check_life(settings: Settings, name: str) -> Plugin:
    app = create_app(settings)
    hall: Hall = app.state.host
    plugin = hall.plugins.all[name]
    hall.plugins.collect("gamehall_commands")
    _check_stage(plugin)
    routes = routes_of(plugin.declared.get("gamehall_routes", []))
    if complaints := unruled_of(app, plugin):
        _fail(name, "\n".join(complaints))
    async with hall.running():
        _check_stage(plugin)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            await _check_health(client, name)
            _check_gauges(plugin)
            await _check_description(client, name)
            await hall.apart([new_id()])  # a hiding that fails is a failure of its plugin
            await _switch_off(hall, name)
            for route in routes:
                await _check_unknown(client, name, route)
    if plugin.failures:
        _fail(name, "something of it failed while it ran; the log says what")
    return plugin


async def _check_health(client: httpx.AsyncClient, name: str) -> None:
    checks = (await client.get("/health/ready")).json()["checks"]
    for check, finding in checks.items():
        if check.startswith(f"{name}.") and not finding["ok"]:
            _fail(name, f"its check {check} fails in an empty hall: {finding['detail']}")


def _check_gauges(plugin: Plugin) -> None:
    for gauge in plugin.declared.get("gamehall_gauges", []):
        try:
            gauge.figures()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, its author can mend it
            _fail(plugin.name, f"its gauge {gauge.name} fails in an empty hall: {type(error).__name__}: {error}")


async def _check_description(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get("/api/openapi.json")
    if answer.status_code != httpx.codes.OK:
        _fail(name, "with it the API cannot be described: /api/openapi.json fails, and the log says why")


async def _switch_off(hall: Hall, name: str) -> None:
    taken_up = asyncio.Event()
    hall.features.watch(taken_up.set)
    known = {name: Switchable("plugin")}  # by itself: it may bring the only way to sign in
    await hall.write(switch, [name], on=False, by="check_plugin", known=known)
    async with asyncio.timeout(_SECONDS):
        await taken_up.wait()


async def _check_unknown(client: httpx.AsyncClient, name: str, route: BaseRoute) -> None:
    parts = [part if isinstance(part, str) else "x" for part in route.path_components]
    strange = [part if part in ("api", "v1", "x") else _NOBODY for part in parts] or [_NOBODY]
    for method in sorted(_METHODS | set(route.methods)):
        answers = [await client.request(method, "/" + "/".join(path)) for path in (parts, strange)]
        off, unknown = ((a.status_code, {**a.headers, "date": "", "x-request-id": ""}, a.content) for a in answers)
        if off != unknown:
            _fail(name, f"while it is off, {method} {route.path} is answered with {off[0]}, unlike an unknown path")


def _check_exporter(plugin: Plugin, exporter: Exporter) -> None:
    sides = ("first", "second")
    moves = (
        RecordedMove(0, "b2", (CellChange("b2", "first", 0),), sides, digest("[1]")),
        RecordedMove(1, "no-such-move", (), sides, digest("[2]")),
    )
    record = GameRecord(
        id="0",
        ruleset="no-such-game",
        ruleset_title="No such game",
        ruleset_version=1,
        sgf=None,
        options={},
        start=Scene(3, 3, sides=sides),
        start_digest=digest("[]"),
        names=("Ada", "Bob"),
        moves=moves,
        final=None,
        clock={"kind": "none"},
        status="active",
        winner=None,
        reason=None,
        started_at="2026-01-01T00:00:00.000Z",
        finished_at=None,
    )
    try:
        content = exporter.write(record)
    except Problem:
        return
    except Exception as error:
        complaint = f"a game that it cannot tell has to raise Problem, not {type(error).__name__}: {error}"
        raise AssertionError(f"plugin {plugin.name}: format {exporter.format}: {complaint}") from error
    if not isinstance(content, bytes):
        _fail(plugin.name, f"format {exporter.format}: it has to write bytes, not {type(content).__name__}")


def _check_importer(plugin: Plugin, importer: Importer) -> None:
    for rest in (b"", b" \x00\xff", b"1x1", b"\n" * 1_000):
        try:
            found = importer.read(importer.begins + rest, {})
        except Problem:
            continue
        except Exception as error:
            complaint = f"what it cannot read has to raise Problem, not {type(error).__name__}: {error}"
            raise AssertionError(f"plugin {plugin.name}: format {importer.format}: {complaint}") from error
        if not isinstance(found, ImportedGame):
            _fail(plugin.name, f"format {importer.format}: it has to read an ImportedGame, not {type(found).__name__}")


def _check_imports(plugin: Plugin) -> None:
    asked = f"import sys, {plugin.module} as plugin; list(plugin.gamehall_rulesets())"
    program = f"{asked}; print(*sorted({set(_TOO_MUCH)!r} & set(sys.modules)))"
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        _fail(plugin.name, f"it cannot be imported by itself: {done.stderr.strip()}")
    if imported := done.stdout.split():
        _fail(plugin.name, f"it brings only rules but imports {' and '.join(imported)}; rules need neither")
