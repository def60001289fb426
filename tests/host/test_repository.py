"""What must hold for the tree itself: sizes, names, who imports whom, what no file may say."""

from __future__ import annotations

import ast
import platform
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path
from typing import Any

import pluggy
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from gamehall import hookspecs
from rig.tree import MEMBERS, PLUGINS, ROOT, files_below, listed_files, package_of, shown

HOST = ROOT / "platform/src/gamehall"

# A module imports from its own layer and from those above it. Imports for type checkers alone may go either way.
LAYERS: list[set[str]] = [
    {
        "languages",
        "accountfields",
        "addresses",
        "game",
        "naming",
        "looks",
        "lattice",
        "nearest",
        "packages",
        "events",
        "facts",
        "gauges",
        "settings",
        "shapes",
        "problems",
        "logs",
        "origins",
        "answers",
        "tasks",
        "tracing",
        "otlp",
        "meters",
        "watchdog",
        "clocks",
        "clockfields",
        "clockface",
        "proposals",
        "optionfields",
        "codes",
        "sealing",
        "statements",
        "spans",
        "stopping",
    },
    {"blocklist", "database", "tables", "installed", "declare", "disclosing", "passwords", "delivery"},
    {
        "hookspecs",
        "accounts",
        "audit",
        "credentials",
        "deadlines",
        "edges",
        "answering",
        "requestlog",
        "queries",
        "quotas",
        "dossier",
        "factors",
        "asking",
        "feed",
        "gamelog",
        "gamelists",
        "seeing",
        "halltime",
        "leases",
        "letters",
        "links",
        "names",
        "opponents",
        "workers",
        "limits",
        "notes",
        "presence",
        "probing",
        "rates",
        "readiness",
        "reports",
        "rights",
        "records",
        "signingin",
        "mail",
        "tallies",
        "turns",
        "verdicts",
    },
    {"plugins", "contributions", "wakeups", "commands", "showing"},
    {"standing", "replays", "endings", "offers", "claims", "recording", "games", "notices", "visiting"},
    {
        "adopting",
        "backups",
        "features",
        "findings",
        "challenges",
        "pairing",
        "lobby",
        "guests",
        "invitations",
        "leaving",
        "overseeing",
        "overview",
        "rematches",
        "restoring",
        "retention",
        "rosters",
        "migrate",
        "migrations",
        "upgrading",
    },
    {"hearing", "identifying"},
    {"hall", "replies"},
    {"sampling"},
    {"client"},
    {"api"},
    {"app", "connections"},
    {"serving"},
    {"supervisor"},
    {"cli", "testing"},
]

# How the host works inside: a plugin has no business there.
PRIVATE = {
    "adopting",
    "api",
    "app",
    "backups",
    "cli",
    "connections",
    "delivery",
    "hall",
    "meters",
    "migrate",
    "migrations",
    "notices",
    "otlp",
    "readiness",
    "replays",
    "restoring",
    "rosters",
    "sampling",
    "serving",
    "standing",
    "upgrading",
    "wakeups",
    "supervisor",
    "watchdog",
}

# Parts of libraries with a trap in them, for which there is something of our own: docs/trust.md says what and why.
TRAPS = {
    "asyncpg",
    "litestar.channels",
    "litestar.config.csrf",
    "litestar.middleware",
    "litestar.response.Redirect",
    "litestar.response.ServerSentEvent",
    "litestar.response.redirect",
    "litestar.response.sse",
    "litestar.static_files",
    "litestar.stores",
}

# What only the kit for authors imports; an author's own tests bring it.
BROUGHT_BY_AUTHORS = {"pytest", "hypothesis"}

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60  # but a migration, which is written once, is as long as the tables it makes


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


@cache
def project(member: Path) -> dict[str, Any]:
    declared: dict[str, Any] = tomllib.loads((member / "pyproject.toml").read_text())["project"]
    return declared


def text_of(path: Path) -> str | None:
    """None for what is not text."""
    content = path.read_bytes()
    return None if b"\0" in content else content.decode(errors="replace")


# -- The folder called platform


def test_platform_is_the_standard_librarys() -> None:
    assert Path(str(platform.__file__)).is_relative_to(sysconfig.get_path("stdlib"))
    assert not (ROOT / "platform/__init__.py").exists()
    astray = [
        shown(path) for path in files_below(ROOT / "platform", ".py") if not path.is_relative_to(ROOT / "platform/src")
    ]
    assert astray == []


# -- Sizes


@pytest.mark.parametrize("name", MEMBERS)
def test_modules_and_functions_stay_small(name: str) -> None:
    too_long = []
    for path in files_below(MEMBERS[name] / "src", ".py"):
        lines = len(path.read_text().splitlines())
        if lines > MAX_MODULE_LINES:
            too_long.append(f"{shown(path)}: {lines} lines")
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "migrations" not in path.parts:
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    too_long.append(f"{shown(path)}: {node.name}() has {length} lines")
    assert too_long == []


# -- One name, one version


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_has_one_name(name: str) -> None:
    declared = project(PLUGINS[name])
    assert canonicalize_name(declared["name"]) == declared["name"] == f"gamehall-{name.replace('_', '-')}"
    assert declared["entry-points"]["gamehall"] == {name: f"gamehall_{name}"}
    assert [path.name for path in (PLUGINS[name] / "src").iterdir()] == [f"gamehall_{name}"]


def test_versions_go_in_lockstep() -> None:
    version = project(MEMBERS["gamehall"])["version"]
    assert {name: project(folder)["version"] for name, folder in MEMBERS.items()} == dict.fromkeys(MEMBERS, version)
    everything = map(Requirement, project(MEMBERS["gamehall"])["optional-dependencies"]["all"])
    pinned = {requirement.name: str(requirement.specifier) for requirement in everything if not requirement.extras}
    assert pinned == {name: f"=={version}" for name in MEMBERS if name != "gamehall"}
    for folder in PLUGINS.values():
        (host,) = (one for one in map(Requirement, project(folder)["dependencies"]) if one.name == "gamehall")
        assert version in host.specifier


# -- Who imports whom


def imported(path: Path, package: str, root: Path) -> Iterator[str]:
    """The dotted names that a module imports when it runs, relative ones resolved; `from a import b` gives `a.b`."""
    parts = [package, *path.relative_to(root).parent.parts]
    for node in runtime_nodes(parsed(path)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                start = parts[: len(parts) - level + 1] if level else []
                prefix = ".".join([*start, *([module] if module else [])])
                yield from (f"{prefix}.{alias.name}" for alias in names)


def runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            for branch in node.orelse:
                yield from [branch, *runtime_nodes(branch)]
        else:
            yield node
            yield from runtime_nodes(node)


@cache
def host_imports() -> dict[str, set[str]]:
    """Which top-level modules of the host each of them imports."""
    known = {path.stem for path in HOST.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    known -= {"__init__", "__main__"}
    imports: dict[str, set[str]] = {name: set() for name in known}
    for path in files_below(HOST, ".py"):
        importer = path.relative_to(HOST).parts[0].removesuffix(".py")
        if importer in known:
            names = (name.split(".") for name in imported(path, "gamehall", HOST) if name.startswith("gamehall."))
            imports[importer] |= {name[1] for name in names if name[1] in known and name[1] != importer}
    return imports


def test_every_module_of_the_host_has_a_layer() -> None:
    placed = [name for layer in LAYERS for name in layer]
    assert len(placed) == len(set(placed))
    assert set(host_imports()) - set(placed) == set(), "say in LAYERS where it belongs"


def test_the_host_imports_one_way() -> None:
    depth = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    upwards = [
        f"{importer} imports {name}"
        for importer, names in sorted(host_imports().items())
        for name in sorted(names)
        if depth.get(name, 0) > depth.get(importer, len(LAYERS))
    ]
    assert upwards == []
    TopologicalSorter(host_imports()).prepare()  # raises CycleError, which names the circle


def test_rules_are_written_without_web_and_database() -> None:
    question = "import sys, gamehall.game; print(sorted({'litestar', 'sqlalchemy', 'httpx'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_imports_public_modules_of_the_host_and_no_other_plugin(name: str) -> None:
    package = f"gamehall_{name}"
    root = PLUGINS[name] / "src" / package
    optional = project(PLUGINS[name]).get("optional-dependencies", {}).values()
    # What another plugin owns hooks for is declared with its words, and only asked for when that plugin is there.
    words = {f"{Requirement(text).name.replace('-', '_')}.declare" for texts in optional for text in texts}
    wrong = []
    for path in files_below(root, ".py"):
        for target in imported(path, package, root):
            top, *rest = target.split(".")
            foreign = top.startswith("gamehall_") and top != package and ".".join((top, *rest[:1])) not in words
            inside = top == "gamehall" and any(part in PRIVATE or re.match(r"_[^_]", part) for part in rest)
            if foreign or inside:
                wrong.append(f"{shown(path)} imports {target}")
    assert wrong == []


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_declares_what_it_imports(name: str) -> None:
    """A shared environment hides it when it does not, and so does a dependency's dependency."""
    declared = project(MEMBERS[name])
    optional = [text for extra in declared.get("optional-dependencies", {}).values() for text in extra]
    allowed = {canonicalize_name(Requirement(text).name) for text in [*declared["dependencies"], *optional]}
    package = package_of(name)
    # An editable member is not among them.
    providers = {**packages_distributions(), **{member.replace("-", "_"): [member] for member in MEMBERS}}
    undeclared = set()
    for path in files_below(package, ".py"):
        for top in {target.partition(".")[0] for target in imported(path, package.name, package)}:
            own = top == package.name or top in sys.stdlib_module_names
            kit = path.is_relative_to(HOST / "testing") and top in BROUGHT_BY_AUTHORS
            if not own and not kit and not allowed & {canonicalize_name(one) for one in providers.get(top, [])}:
                undeclared.add(f"{shown(path)} imports {top}")
    assert undeclared == set()


@pytest.mark.parametrize("name", MEMBERS)
def test_parts_with_traps_are_not_used(name: str) -> None:
    package = package_of(name)
    found = [
        f"{shown(path)} imports {target}"
        for path in files_below(package, ".py")
        for target in imported(path, package.name, package)
        if any(f"{target}.".startswith(f"{trap}.") for trap in TRAPS)
    ]
    assert found == []


# -- What no file says


def ruleset_keys() -> set[str]:
    """The games of the workspace's plugins, asked of the plugins themselves."""
    manager = pluggy.PluginManager("gamehall")
    manager.add_hookspecs(hookspecs)
    for point in entry_points(group="gamehall"):
        if point.name in PLUGINS:
            manager.register(point.load(), point.name)
    return {ruleset.key for rulesets in manager.hook.gamehall_rulesets() for ruleset in rulesets}


def test_the_host_names_no_plugin_and_no_game() -> None:
    names = {*PLUGINS, *ruleset_keys()}
    assert len(names) > len(PLUGINS)
    spellings = "|".join(re.escape(name).replace("_", "-").replace(r"\-", "-").replace("-", "[-_ ]?") for name in names)
    named = re.compile(rf"(?<![a-z0-9])(?:{spellings})(?![a-z0-9])", re.IGNORECASE)
    found = []
    for path in files_below(ROOT / "platform/src"):
        lines = [path.name, *(text_of(path) or "").splitlines()]
        found += [f"{shown(path)}:{number}: {line.strip()}" for number, line in enumerate(lines) if named.search(line)]
    assert found == []


def test_no_lock_file_of_another_tool_is_kept() -> None:
    others = {"uv.lock", "package-lock.json", "poetry.lock", "yarn.lock"}
    assert [shown(path) for path in listed_files() if path.name in others] == []


def test_no_file_names_a_package_index_or_somebodys_machine() -> None:
    # Written apart, so that this file holds none of them.
    hosts = ["py" + "pi.", "python" + "hosted.", "npm" + "js.", "registry." + "yarn"]
    folders = ["/" + "work/", "/" + "root/", "/" + "home/", "/" + "Users/", ".py" + "env/"]
    pattern = "|".join([*map(re.escape, hosts), *(rf"(?<![\w.}}]){re.escape(folder)}" for folder in folders)])
    named = re.compile(pattern)
    found = [
        f"{shown(path)}:{number}: {line.strip()[:100]}"
        for path in listed_files()
        for number, line in enumerate((text_of(path) or "").splitlines(), 1)
        if named.search(line)
    ]
    assert found == []
