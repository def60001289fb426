"""gamehall routes"""

from __future__ import annotations

import click
import msgspec

from gamehall.commands import answer, settings_of, table
from gamehall.rights import Right, rights_of

__all__ = ["routes"]

_HEADS = ("METHOD", "PATH", "FOR", "SCOPE", "WHOSE", "FROM")


@click.command()
@click.option("--markdown", is_flag=True, help="As the table of docs/rights.md.")
@click.pass_context
def routes(ctx: click.Context, markdown: bool) -> None:
    """Show every route of the hall and its plugins, whom it is for, and the scope that a token needs for it.

    WHOSE says for whom the thing in the path is there; for everybody else it is not there at all.

    \b
    gamehall routes
    gamehall routes --markdown
    """
    from gamehall.app import create_app  # the web takes a while to import

    given = settings_of(ctx)
    # The secret is for nothing here, but making one leaves a file behind.
    app = create_app(msgspec.structs.replace(given, secret_key="-" * 32))
    try:
        rights = rights_of([*app.routes, *app.figures.routes])
    except ValueError as error:
        raise click.ClickException(f"{error}. gamehall plugins check names every one.") from error
    rows = [_row(right) for right in rights]
    answer(ctx, [right._asdict() for right in rights], _markdown(rows) if markdown else table(rows, _HEADS))


def _row(right: Right) -> tuple[str, ...]:
    return (right.method, right.path, right.who, right.scope, right.object, right.plugin or "the hall")


def _markdown(rows: list[tuple[str, ...]]) -> str:
    heads = ("call", "for", "scope", "whose", "from")
    lines = [(f"`{method} {path}`", *rest) for method, path, *rest in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *lines))
