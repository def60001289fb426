"""Every installed plugin keeps what the hall relies on, and the check finds those that do not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from textwrap import dedent

import pytest

from gamehall.plugins import find_plugins
from gamehall.testing import check_plugin
from rig.hall import InstallPlugin
from rig.plugins import CALM, NOTES, SIX_ROW

INSTALLED = [plugin.name for plugin in find_plugins()]

Install = Callable[..., None]


@pytest.mark.parametrize("name", INSTALLED)
def test_an_installed_plugin_keeps_its_promises(name: str) -> None:
    check_plugin(name, games=2)


@pytest.fixture
def install(install_plugin: InstallPlugin) -> Install:
    """Installs a plugin with these modules beside its package's own, by their path in the package."""

    def install(name: str, source: str, *, requires: str = "gamehall", **modules: str) -> None:
        folder = install_plugin(name, dedent(source))
        with (folder / f"gamehall_{name}-1.0.dist-info/METADATA").open("a") as about:
            about.write(f"Requires-Dist: {requires}\n" if requires else "")
        for path, text in modules.items():
            file = folder / f"gamehall_{name}" / "migrations" / f"{path}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(dedent(text))

    return install


MIGRATION = """
    import sqlalchemy as sa
    from alembic import op

    revision, down_revision = "0001", None

    def upgrade():
        op.create_table("notes_note", sa.Column("id", sa.Integer, primary_key=True))

    def downgrade():
        op.drop_table("notes_note")
    """


def test_it_accepts_plugins_that_keep_them(install: Install) -> None:
    install("calm", CALM)
    install("six_row", SIX_ROW)
    install("notes", NOTES, first=MIGRATION)
    for name in ("calm", "six_row", "notes"):
        check_plugin(name, games=1)


def refuses(name: str, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_plugin(name, games=1)


def test_it_finds_what_is_not_installed() -> None:
    refuses("nowhere", "it is not installed here; installed are ")


def test_it_finds_a_gauge_that_fails(install: Install) -> None:
    source = """
        from gamehall import hookimpl
        from gamehall.gauges import Gauge

        @hookimpl
        def gamehall_gauges():
            return [Gauge("depth", "How deep it is.", dict)]
        """
    install("well", source)
    refuses("well", "its gauge depth fails in an empty hall: TypeError")


def test_it_finds_one_that_says_nothing_of_the_host(install: Install) -> None:
    install("six_row", SIX_ROW, requires="")
    refuses("six_row", "has to depend on gamehall")


def test_it_finds_one_for_another_host(install: Install) -> None:
    install("six_row", SIX_ROW, requires="gamehall>=99")
    refuses("six_row", "it stays off after found: it needs gamehall>=99")


def test_it_finds_a_misspelt_hook(install: Install) -> None:
    install("six_row", SIX_ROW.replace("gamehall_rulesets", "gamehall_ruleset"))
    refuses("six_row", "there is no hook gamehall_ruleset$")


@pytest.mark.parametrize(
    ("migration", "complaint"),
    [
        (MIGRATION.replace("sa.Integer", "sa.Text"), "after upgrading the tables are not those of its metadata"),
        (MIGRATION.replace('op.drop_table("notes_note")', "pass"), "downgrading leaves tables behind: notes_note"),
    ],
    ids=["other tables than described", "no way back"],
)
def test_it_finds_migrations_that_do_not_fit(install: Install, migration: str, complaint: str) -> None:
    install("notes", NOTES, first=migration)
    refuses("notes", complaint)


def test_it_finds_routes_that_clash(install: Install) -> None:
    install("calm", CALM.replace("/api/v1/calm/users/{username:str}", "/api/v1/users/{username:str}"))
    refuses("calm", "its paths are taken already")


def test_it_finds_routes_that_do_not_say_who_may_use_them(install: Install) -> None:
    install("calm", CALM.replace('@get("/api/v1/calm", opt={"who": "anybody"})', '@get("/api/v1/calm")'))
    refuses("calm", "GET /api/v1/calm: who may use it?")


def test_it_finds_a_lifespan_that_fails(install: Install) -> None:
    install("calm", CALM.replace("started.append(True)", "started.append(1 / 0)"))
    refuses("calm", "it stays off after migrated: ZeroDivisionError")


def test_it_finds_a_lifespan_that_fails_at_its_end(install: Install) -> None:
    install("calm", CALM.replace('"calm-ended"', '"no/such/folder"'))
    refuses("calm", "something of it failed while it ran")


def test_it_finds_handlers_that_cannot_be_described(install: Install) -> None:
    install(
        "calm",
        CALM.replace('/calm", ', '/calm", operation_id="twice", ').replace('str}", ', 'str}", operation_id="twice", '),
    )
    refuses("calm", "with it the API cannot be described")


def test_it_finds_a_check_that_fails(install: Install) -> None:
    install(
        "calm",
        CALM
        + dedent(
            """
            @hookimpl
            def gamehall_checks(host):
                from gamehall.declare import Check, CheckResult

                async def ask():
                    return CheckResult(False, "not today")

                return [Check("mood", ask)]
            """
        ),
    )
    refuses("calm", "its check calm.mood fails in an empty hall: not today")


def test_it_finds_rules_that_break_their_promises(install: Install) -> None:
    broken = SIX_ROW.replace(
        "    line = AtLeast(6)\n",
        "    line = AtLeast(6)\n\n    def refusal(self, position, move):\n        return None\n",
    )
    install("six_row", broken)
    refuses("six_row", "which moves\\(\\) does not list")


def test_it_finds_rules_that_import_the_database(install: Install) -> None:
    install("six_row", f"import gamehall.tables\n{SIX_ROW}")
    refuses("six_row", "it brings only rules but imports .*sqlalchemy; rules need neither")


def test_it_finds_an_exporter_that_writes_text(install: Install) -> None:
    source = SIX_ROW + dedent(
        """
        @hookimpl
        def gamehall_exporters():
            from gamehall.declare import Exporter

            return [Exporter("shout", "text/plain", "txt", lambda record: record.id.upper())]
        """
    )
    install("six_row", source)
    refuses("six_row", "format shout: it has to write bytes, not str")


@pytest.mark.parametrize(
    ("reads", "complaint"),
    [
        ("1 // 0", "what it cannot read has to raise Problem, not ZeroDivisionError"),
        ("content", "it has to read an ImportedGame, not bytes"),
    ],
)
def test_it_finds_an_importer_that_does_not_say_what_is_wrong(install: Install, reads: str, complaint: str) -> None:
    source = SIX_ROW + dedent(
        f"""
        @hookimpl
        def gamehall_importers():
            from gamehall.declare import Importer

            return [Importer("shout", b"!", lambda content, rulesets: {reads})]
        """
    )
    install("six_row", source)
    refuses("six_row", f"format shout: {complaint}")


def test_authors_of_rules_import_the_kit_without_the_web() -> None:
    question = "import sys, gamehall.testing; print(sorted({'litestar', 'sqlalchemy'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
