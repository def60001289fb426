"""Moves a second and what each costs: one game, and sixteen at once, whose players move as soon as they may.

Our hall on both databases, durable, beside the bare server in the same run. Needs Linux and a PostgreSQL as the tests
do; a minute.
"""

from __future__ import annotations

from bench._measuring import servers
from bench._moving import report
from bench._sizes import sized


def main() -> None:
    report("play", push=False, servers=servers, seconds=sized(40, least=2) / 10, many=sized(16, least=2))
