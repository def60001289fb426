"""Each owner's tables go up and down by themselves, whole or not at all, on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from gamehall import migrate
from gamehall.migrate import HALL, Owner, migration_connection
from gamehall.plugins import Plugins, find_plugins, load_plugins
from gamehall.settings import Settings
from rig.hall import InstallPlugin
from rig.plugins import NOTES
from rig.server import without_settings

FIRST = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade():
    op.create_table("notes_note", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("notes_note")
"""
# Makes one table more, moves what is in the other, and then fails.
FAILING = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    op.create_table("notes_page", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO notes_page SELECT id FROM notes_note")
    op.execute("DELETE FROM notes_note")
    raise RuntimeError("half-way")
"""
SECOND = FAILING.replace('raise RuntimeError("half-way")', "").replace('op.execute("DELETE FROM notes_note")', "")


@pytest.fixture
def load(tmp_path: Path) -> Callable[[], Plugins]:
    """What is installed at the moment of the call."""
    return lambda: load_plugins(Settings(data_dir=str(tmp_path)))


def owners(plugins: Plugins) -> list[Owner]:
    """The owners of tables among the plugins."""
    found = [migrate.owner_of(plugins, plugin.name) for plugin in plugins.working]
    return [owner for owner in found if owner is not None]


def tables_of(database_url: str, owner: Owner) -> set[str]:
    """The owner's tables that are there, without the one that keeps its version."""
    with migration_connection(database_url) as connection:
        present = sa.inspect(connection).get_table_names()
    return {name for name in present if owner.owns(name)} - {owner.version_table}


def settled(database_url: str, owner: Owner) -> bool:
    """Whether the database has exactly the tables that the code describes."""
    with migration_connection(database_url) as connection:
        assert migrate.differences(connection, owner) == [], owner.name
        return migrate.state(connection, owner) == ""


def test_everybody_goes_up_down_and_up_again(database_url: str, load: Callable[[], Plugins]) -> None:
    plugins = load()
    everybody = [HALL, *owners(plugins)]
    assert len(everybody) > 3
    assert set(migrate.upgrade_all(database_url, plugins)) == {owner.name for owner in everybody}
    assert migrate.upgrade_all(database_url, plugins) == []
    for owner in everybody:
        assert settled(database_url, owner)
        assert tables_of(database_url, owner) == set(owner.metadata.tables)
    for owner in reversed(everybody):  # the plugins' tables refer to the hall's
        migrate.downgrade(database_url, owner)
        assert tables_of(database_url, owner) == set()
    assert set(migrate.upgrade_all(database_url, plugins)) == {owner.name for owner in everybody}
    assert all(settled(database_url, owner) for owner in everybody)


def test_without_any_one_plugin_the_others_still_migrate(database_url: str, load: Callable[[], Plugins]) -> None:
    plugins = load()
    migrate.upgrade_all(database_url, plugins)
    names = [owner.name for owner in owners(plugins)]
    for name in names:
        left = Plugins([plugin for plugin in find_plugins() if plugin.name != name], strict=True)
        for plugin in left.working:
            plugin.declared = plugins.all[plugin.name].declared
        for owner in owners(left):
            migrate.downgrade(database_url, owner)
            assert tables_of(database_url, owner) == set()
        assert set(migrate.upgrade_all(database_url, left)) == set(names) - {name}
        assert all(settled(database_url, owner) for owner in [HALL, *owners(left)])


@pytest.fixture
def notes(install_plugin: InstallPlugin) -> Path:
    """The migrations of an installed plugin, with the first of them."""
    folder = install_plugin("notes", NOTES) / "gamehall_notes/migrations"
    folder.mkdir()
    (folder / "0001_note.py").write_text(FIRST)
    return folder


def test_a_migration_that_fails_half_way_leaves_nothing_and_stops_no_other(
    database_url: str, load: Callable[[], Plugins], notes: Path
) -> None:
    plugins = load()
    assert "notes" in migrate.upgrade_all(database_url, plugins)
    with migration_connection(database_url) as writing:
        writing.execute(sa.text("INSERT INTO notes_note VALUES (7)"))
    (notes / "0002_page.py").write_text(FAILING)
    plugins = load()
    others = [owner for owner in owners(plugins) if owner.name != "notes"]
    for owner in others:
        migrate.downgrade(database_url, owner)

    assert set(migrate.upgrade_all(database_url, plugins)) == {owner.name for owner in others}
    assert plugins.all["notes"].reason == "RuntimeError: half-way"
    assert [plugin.name for plugin in plugins.all.values() if plugin.failed] == ["notes"]
    with migration_connection(database_url) as reading:
        assert not sa.inspect(reading).has_table("notes_page")
        assert reading.scalars(sa.text("SELECT id FROM notes_note")).all() == [7]
        assert reading.scalars(sa.text("SELECT version_num FROM notes_version")).all() == ["0001"]


@pytest.mark.parametrize("statement", [1, 3])
def test_a_process_that_is_killed_in_a_migration_leaves_what_there_was(
    statement: int, database_url: str, load: Callable[[], Plugins], notes: Path, tmp_path: Path
) -> None:
    migrate.upgrade_all(database_url, load())
    with migration_connection(database_url) as writing:
        writing.execute(sa.text("INSERT INTO notes_note VALUES (7)"))
    page = notes / "0002_page.py"
    lines = SECOND.splitlines()
    first = lines.index("def upgrade():") + 1
    lines.insert(first + statement - 1, "    import os; os.kill(os.getpid(), 9)")
    page.write_text("\n".join(lines))
    folder = str(notes.parents[1])
    variables = without_settings(tmp_path / "data") | {"GAMEHALL_DATABASE_URL": database_url, "PYTHONPATH": folder}
    command: list[str | Path] = [Path(sys.executable).with_name("gamehall"), "db", "upgrade"]
    assert subprocess.run(command, env=variables, capture_output=True, check=False).returncode == -9
    with migration_connection(database_url) as reading:
        assert not sa.inspect(reading).has_table("notes_page")
        assert reading.scalars(sa.text("SELECT id FROM notes_note")).all() == [7]
    page.write_text(SECOND)
    assert migrate.upgrade_all(database_url, load()) == ["notes"]


def test_tables_of_a_newer_version_keep_the_plugin_off(
    database_url: str, load: Callable[[], Plugins], notes: Path
) -> None:
    newer = notes / "0002_page.py"
    newer.write_text(SECOND)
    metadata = notes.parents[1] / "gamehall_notes-1.0.dist-info/METADATA"
    installed = metadata.read_text()
    metadata.write_text(installed.replace("Version: 1.0", "Version: 2.0"))
    migrate.upgrade_all(database_url, load())
    newer.unlink()
    metadata.write_text(installed)
    reason = "its tables are at 0002, as version 2.0 has them, this is 1.0; install that version again"

    plugins = load()
    assert migrate.upgrade_all(database_url, plugins) == []
    assert plugins.all["notes"].reason == f"RuntimeError: {reason}"
    plugins = load()
    with migration_connection(database_url) as connection:
        migrate.check_all(connection, plugins)
    assert plugins.all["notes"].reason == reason
    assert {plugin.stage for plugin in plugins.working} == {"migrated"}


def test_tables_that_are_behind_keep_the_plugin_off_and_the_hall_from_starting(
    database_url: str, load: Callable[[], Plugins], notes: Path
) -> None:
    plugins = load()
    with migration_connection(database_url) as connection, pytest.raises(RuntimeError, match="gamehall db upgrade"):
        migrate.check_all(connection, plugins)
    migrate.upgrade(database_url, HALL)
    with migration_connection(database_url) as connection:
        migrate.check_all(connection, plugins)
    assert plugins.all["notes"].reason == "its tables are not up to date; run: gamehall db upgrade"


def test_rows_that_a_migration_leaves_without_what_they_refer_to_undo_it(
    tmp_path: Path, load: Callable[[], Plugins], notes: Path
) -> None:
    """On SQLite nobody else looks while a table is made anew."""
    database_url = f"sqlite+aiosqlite:///{tmp_path / 'hall.db'}"
    (notes / "0002_page.py").write_text(
        SECOND.replace(
            'sa.Column("id", sa.Integer, primary_key=True))',
            'sa.Column("id", sa.Integer, sa.ForeignKey("notes_note.id"), primary_key=True))\n'
            '    op.execute("INSERT INTO notes_page VALUES (8)")',
        )
    )
    plugins = load()
    migrate.upgrade_all(database_url, plugins)
    assert "rows without what they refer to" in plugins.all["notes"].reason
    assert "notes_page" not in tables_of(database_url, Owner("notes", sa.MetaData(), notes))


def test_two_processes_that_upgrade_at_once_both_succeed(
    database_url: str, tmp_path: Path, load: Callable[[], Plugins]
) -> None:
    variables = without_settings(tmp_path / "data") | {"GAMEHALL_DATABASE_URL": database_url}
    program = Path(sys.executable).with_name("gamehall")
    started = [
        subprocess.Popen([program, "db", "upgrade"], env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(3)
    ]
    for process in started:
        output, _ = process.communicate()
        assert process.returncode == 0, output.decode()
    assert all(settled(database_url, owner) for owner in [HALL, *owners(load())])
