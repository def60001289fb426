"""Six in a row: a variant that names what differs and gets the rest."""

from gamehall import hookimpl
from gamehall_gomoku_rules import AtLeast, LineGame


class SixRow(LineGame):
    key = "six-row"
    title = "Six in a row"
    summary = "Six or more in a row win."
    line = AtLeast(6)


@hookimpl
def gamehall_rulesets() -> list[LineGame]:
    return [SixRow()]
