"""Alembic's way into one owner's migrations; migrate.py says whose and on which connection."""

from alembic import context

from gamehall.migrate import Owner

owner: Owner = context.config.attributes["owner"]


def include_name(name: str | None, kind: str, _parent: object) -> bool:
    """An owner sees its own tables only, never another's."""
    return kind != "table" or (name is not None and owner.owns(name))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=owner.metadata,
    version_table=owner.version_table,
    include_name=include_name,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
