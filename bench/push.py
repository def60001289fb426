"""From sending a move until the opponent has been told of it, and what that costs.

As `play`, but both players follow what happens, and the next move of a game waits until the last has been told.
"""

from __future__ import annotations

from bench._measuring import servers
from bench._moving import report
from bench._sizes import sized


def main() -> None:
    report("push", push=True, servers=servers, seconds=sized(40, least=2) / 10, many=sized(16, least=2))
