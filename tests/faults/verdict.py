"""The judgement of a whole run: everything that was asked and told, against everything that is stored and shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain

import httpx

from faults.history import History, read
from faults.truth import (
    Fault,
    Game,
    answer_faults,
    board_faults,
    board_of_page,
    board_of_scene,
    log_faults,
    stored,
    told_faults,
)

__all__ = ["Verdict", "judge", "shown"]


@dataclass(frozen=True)
class Verdict:
    """Nothing but figures, and each fault in words."""

    acknowledged: int
    unknown: int
    games: int
    faults: list[Fault]

    def count(self, *kinds: str) -> int:
        counted = Counter(fault.kind for fault in self.faults)
        return sum(counted[kind] for kind in kinds)


def judge(history: History, database_url: str, url: str) -> Verdict:
    """Everything that the history tells of, with the hall at `url` at rest."""
    lines = list(read(history.file))
    touched = {line["path"].split("/")[2] for line in lines if line.get("path", "").endswith("/moves")}
    games = {name: game for name, game in stored(database_url).items() if name in touched}
    log = [row for game in games.values() for row in game.log]
    faults = [*log_faults(lines, log), *told_faults(lines, log), *answer_faults(lines)]
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        seen = [(name, shown(http, name, game)) for name, game in games.items()]
    faults += chain.from_iterable(board_faults(name, game) for name, game in seen)
    asked = [line for line in lines if line.get("path", "").endswith("/moves")]
    return Verdict(
        acknowledged=sum(line["status"] == 200 for line in asked),
        unknown=sum(line["status"] is None or line["status"] >= 500 for line in asked),
        games=len(games),
        faults=faults,
    )


def shown(http: httpx.Client, name: str, game: Game) -> Game:
    """The game with what the API and its page show of it."""
    state = http.get(f"/api/v1/games/{name}").raise_for_status().json()
    page = http.get(f"/games/{name}").raise_for_status().text
    boards = {"the API": board_of_scene(state["scene"]), "the page": board_of_page(page)}
    return replace(game, boards=boards, shown=state["moves"])
