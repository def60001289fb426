"""The judgement of a whole run: everything that was asked and told, against everything that is stored and shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
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

__all__ = ["Verdict", "judge", "shown_faults"]

_ABREAST = 16  # games that are looked at at once: a page waits for whatever is slow on it


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
    faults += shown_faults(games, url)
    asked = [line for line in lines if line.get("path", "").endswith("/moves")]
    return Verdict(
        acknowledged=sum(line["status"] == 200 for line in asked),
        unknown=sum(line["status"] is None or line["status"] >= 500 for line in asked),
        games=len(games),
        faults=faults,
    )


def shown_faults(games: Mapping[str, Game], url: str) -> list[Fault]:
    """What is wrong with the boards of these games, as they are stored and as the hall at `url` shows them."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http, ThreadPoolExecutor(_ABREAST) as threads:
        seen = threads.map(lambda name: board_faults(name, _shown(http, name, games[name])), games)
        return list(chain.from_iterable(seen))


def _shown(http: httpx.Client, name: str, game: Game) -> Game:
    """The game with what the API and its page show of it."""
    state = http.get(f"/api/v1/games/{name}").raise_for_status().json()
    page = http.get(f"/games/{name}").raise_for_status().text
    boards = {"the API": board_of_scene(state["scene"]), "the page": board_of_page(page)}
    return replace(game, boards=boards, shown=state["moves"])
