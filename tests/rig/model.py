"""A hall as plain data, by which tests foretell one: what each act is answered with, and what everybody is told of it.

It knows what is promised to users, and nothing of how it is kept. Users are named, whatever they are called later;
what a hall makes up – ids, tokens – it is told. A question `why_not_…` answers with the slug of the refusal, or with
nothing where the act succeeds; only then its method is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

__all__ = ["Asked", "Game", "Model", "Request"]

# Width, height and how many in a row win; the cells of a row are named by letters, its number counts from the bottom.
BOARDS = {"tic-tac-toe": (3, 3, 3), "gomoku": (5, 5, 5)}
OPTIONS: dict[str, dict[str, Any]] = {"tic-tac-toe": {}, "gomoku": {"board_size": 5}}
OVER = {"finished", "aborted"}
Told = tuple[str, dict[str, Any]]
"""The kind of an event, and what of its data can be foretold."""


@dataclass
class Asked:
    """A challenge."""

    id: str
    challenger: str
    opponent: str | None
    ruleset: str
    seat: int
    is_open: bool
    status: str = "pending"
    game: str | None = None


@dataclass
class Request:
    """One has asked another to be friends."""

    id: str
    asker: str
    asked: str


@dataclass
class Game:
    id: str
    ruleset: str
    players: tuple[str, str]
    moves: list[str] = field(default_factory=list)
    status: str = "active"
    winner: int | None = None
    reason: str | None = None
    offers: dict[str, int] = field(default_factory=dict)
    declined: dict[str, int] = field(default_factory=dict)
    rematch: str | None = None

    @property
    def to_act(self) -> int | None:
        return None if self.status in OVER else len(self.moves) % 2

    def seat(self, user: str) -> int | None:
        return self.players.index(user) if user in self.players else None

    def free(self) -> list[str]:
        width, height, _ = BOARDS[self.ruleset]
        cells = [f"{'abcde'[column]}{row + 1}" for row, column in product(range(height), range(width))]
        return [cell for cell in cells if cell not in self.moves]

    def won(self) -> bool:
        """Whether the last move makes a row."""
        own = {("abcde".index(cell[0]), int(cell[1:])) for cell in self.moves[-1::-2]}
        length = BOARDS[self.ruleset][2]
        ways = product(own, ((0, 1), (1, 0), (1, 1), (1, -1)))
        return any({(x + n * dx, y + n * dy) for n in range(length)} <= own for (x, y), (dx, dy) in ways)


class Model:
    def __init__(self) -> None:
        self.users: list[str] = []
        self.tokens: dict[str, tuple[str, str]] = {}  # those that are worth something: whose they are, and their ids
        self.dead: list[str] = []
        self.challenges: dict[str, Asked] = {}
        self.games: dict[str, Game] = {}
        self.friends: set[frozenset[str]] = set()
        self.requests: dict[str, Request] = {}
        self.blocks: set[tuple[str, str]] = set()
        self.off: set[str] = set()
        self.told: dict[str, list[Told]] = {}

    # Users.

    def register(self, user: str) -> None:
        self.users.append(user)
        self.told[user] = []

    def leave(self, user: str) -> None:
        """Their challenges are closed, their games end, their friends have one less, and their tokens are worth
        nothing."""
        for asked in sorted(self.pending(), key=lambda each: each.id):
            if user in (asked.challenger, asked.opponent):
                self.close(asked, "cancel" if asked.challenger == user else "decline")
        for game in sorted(self.games.values(), key=lambda each: each.id):
            if user not in game.players or game.status in OVER:
                continue
            if game.status == "suspended":
                self.end(game, None, "aborted-by-operator", "aborted")
            elif len(game.moves) < 2:
                self.end(game, None, "aborted", "aborted")
            else:
                self.resign(game, user)
        self.friends = {pair for pair in self.friends if user not in pair}
        self.requests = {id_: each for id_, each in self.requests.items() if user not in (each.asker, each.asked)}
        self.blocks = {pair for pair in self.blocks if user not in pair}
        for token in [token for token, (owner, _id) in self.tokens.items() if owner == user]:
            self.revoke(token)
        self.users.remove(user)

    def revoke(self, token: str) -> None:
        del self.tokens[token]
        self.dead.append(token)

    # What is switched off.

    def switch(self, key: str, *, on: bool, now: bool) -> None:
        """Games stop where they are stopped at once, and go on when their rules are offered again."""
        before, after = (("suspended", "active") if on else ("active", "suspended")) if on or now else ("", "")
        self.off = self.off - {key} if on else self.off | {key}
        for game in self.games.values():
            if key == f"ruleset:{game.ruleset}" and game.status == before:
                game.status = after
                self.tell(game.players, "notice", game_id=game.id)

    def is_offered(self, ruleset: str) -> bool:
        return f"ruleset:{ruleset}" not in self.off

    # Challenges.

    def pending(self) -> Iterator[Asked]:
        return (each for each in self.challenges.values() if each.status == "pending")

    def apart(self, one: str, other: str) -> bool:
        """Whether one of the two has blocked the other, which means something while there are friends at all."""
        return "friends" not in self.off and not self.blocks.isdisjoint({(one, other), (other, one)})

    def why_not_challenge(self, user: str, opponent: str | None, ruleset: str) -> str:
        if not self.is_offered(ruleset):
            return "invalid"
        if opponent is not None and opponent not in self.users:
            return "not-found"
        return "forbidden" if opponent is not None and self.apart(user, opponent) else ""

    def challenge(self, asked: Asked) -> None:
        self.challenges[asked.id] = asked
        if asked.opponent is not None:
            self.tell([asked.opponent], "challenge_received", challenge_id=asked.id)

    def box(self, user: str, name: str) -> set[str]:
        """The ids of the challenges in a user's box."""
        if name == "sent":
            return {each.id for each in self.pending() if each.challenger == user}
        others = (each for each in self.pending() if each.challenger != user and not self.apart(user, each.challenger))
        return {each.id for each in others if (each.is_open if name == "open" else each.opponent == user)}

    def why_not_answer(self, asked: Asked, user: str, action: str) -> str:
        if not asked.is_open and user not in (asked.challenger, asked.opponent):
            return "not-found"
        own = user == asked.challenger
        if (action == "cancel") != own or (action == "decline" and user != asked.opponent):
            return "forbidden"
        if asked.status != "pending":
            return "challenge-closed"
        if action == "accept" and not self.is_offered(asked.ruleset):
            return "challenge-closed"
        return "not-found" if action == "accept" and self.apart(user, asked.challenger) else ""

    def accept(self, asked: Asked, user: str, game_id: str) -> None:
        players = (asked.challenger, user) if asked.seat == 0 else (user, asked.challenger)
        self.start(game_id, asked.ruleset, players)
        asked.status, asked.opponent, asked.game = "accepted", user, game_id
        self._tell_answered(asked)

    def close(self, asked: Asked, action: str) -> None:
        asked.status = {"cancel": "cancelled", "decline": "declined"}[action]
        self._tell_answered(asked)

    def _tell_answered(self, asked: Asked) -> None:
        people = [asked.challenger, *([asked.opponent] if asked.opponent else [])]
        self.tell(people, "challenge_answered", challenge_id=asked.id, status=asked.status, game_id=asked.game)

    # Games.

    def start(self, game_id: str, ruleset: str, players: tuple[str, str]) -> None:
        self.games[game_id] = Game(game_id, ruleset, players)
        self.tell(players, "game_started", game_id=game_id)

    def why_not_act(self, game: Game, user: str) -> str:
        """For whatever needs a running game."""
        if game.seat(user) is None:
            return "forbidden"
        if game.status == "suspended":
            return "game-suspended"
        return "" if game.status == "active" else "game-over"

    def why_not_move(self, game: Game, user: str, cell: str) -> str:
        if why := self.why_not_act(game, user):
            return why
        if game.to_act != game.seat(user):
            return "not-your-turn"
        return "" if cell in game.free() else "illegal-move"

    def move(self, game: Game, cell: str) -> None:
        """Of what was offered only the mover's own draw still waits; what was declined can be offered again."""
        mover = len(game.moves) % 2
        game.moves.append(cell)
        game.declined = {}
        game.offers = {kind: seat for kind, seat in game.offers.items() if (kind, seat) == ("draw", mover)}
        if game.won():
            game.status, game.winner, game.reason, game.offers = "finished", mover, "rules", {}
        elif not game.free():
            game.status, game.reason, game.offers = "finished", "rules", {}
        self.tell(game.players, "game_move", game_id=game.id, ply=len(game.moves), move=cell, seat=mover)
        if game.status in OVER:
            self._tell_over(game)

    def resign(self, game: Game, user: str) -> None:
        self.end(game, 1 - game.players.index(user), "resigned", "finished")

    def end(self, game: Game, winner: int | None, reason: str, status: str) -> None:
        game.winner, game.reason, game.status = winner, reason, status
        game.offers, game.declined = {}, {}
        self._tell_over(game)

    def _tell_over(self, game: Game) -> None:
        self.tell(game.players, "game_over", game_id=game.id, status=game.status)

    # Offers.

    def why_not_offer(self, game: Game, kind: str, user: str, action: str) -> str:
        seat = game.seat(user)
        if kind == "rematch":
            if why := self._why_not_rematch(game, user, action):
                return why
            if game.rematch is not None:
                return "not-possible" if action == "decline" else ""
        elif why := self.why_not_act(game, user):
            return why
        waiting = game.offers.get(kind)
        if action == "offer" and waiting in (None, seat):
            if game.declined.get(kind) == seat:
                return "offer-declined"
            moved = {number % 2 for number in range(len(game.moves))}
            return "not-possible" if kind == "takeback" and seat not in moved else ""
        return "no-offer" if waiting is None or (action == "accept" and waiting == seat) else ""

    def _why_not_rematch(self, game: Game, user: str, action: str) -> str:
        if game.seat(user) is None:
            return "forbidden"
        if game.status not in OVER:
            return "not-possible"
        if action == "decline":
            return ""
        if not self.is_offered(game.ruleset):
            return "not-possible"
        other = game.players[1 - game.players.index(user)]
        if other not in self.users:
            return "not-possible"
        return "forbidden" if self.apart(user, other) else ""

    def offer(self, game: Game, kind: str, user: str, action: str, rematch: str | None) -> None:
        """Offering what the other has offered accepts it; declining one's own offer withdraws it."""
        seat, waiting = game.players.index(user), game.offers.get(kind)
        if kind == "rematch" and game.rematch is not None:
            return
        if action == "offer" and waiting in (None, seat):
            if waiting is None:
                game.declined.pop(kind, None)
                game.offers[kind] = seat
                self._tell_offer(game, kind, seat, "offer")
        elif action == "decline":
            del game.offers[kind]
            if waiting != seat:
                game.declined[kind] = 1 - seat
            self._tell_offer(game, kind, seat, "withdraw" if waiting == seat else "decline")
        else:
            del game.offers[kind]
            self._carry_out(game, kind, 1 - seat, rematch)

    def _carry_out(self, game: Game, kind: str, proposer: int, rematch: str | None) -> None:
        if kind == "rematch":
            assert rematch is not None
            self.start(rematch, game.ruleset, (game.players[1], game.players[0]))
            game.rematch = rematch
        if kind == "takeback":
            del game.moves[len(game.moves) - (1 if len(game.moves) % 2 != proposer else 2) :]
            game.offers, game.declined = {}, {}
        self._tell_offer(game, kind, 1 - proposer, "accept")
        if kind == "draw":
            self.end(game, None, "agreed", "finished")

    def _tell_offer(self, game: Game, kind: str, seat: int, said: str) -> None:
        self.tell(game.players, f"{kind}_offer", game_id=game.id, seat=seat, action=said)

    # Friends.

    def request_between(self, one: str, other: str) -> Request | None:
        return next((each for each in self.requests.values() if {each.asker, each.asked} == {one, other}), None)

    def is_heard(self, request: Request) -> bool:
        return (request.asked, request.asker) not in self.blocks

    def why_not_ask(self, user: str, other: str) -> str:
        if "friends" in self.off or other not in self.users:
            return "not-found"
        if user == other:
            return "invalid"
        if (user, other) in self.blocks:
            return "not-possible"
        found = self.request_between(user, other)
        known = frozenset((user, other)) in self.friends or (found is not None and found.asker == user)
        return "already-exists" if known else ""

    def ask(self, user: str, other: str, request_id: str) -> None:
        """Asking the one who has asked makes friends."""
        if (found := self.request_between(user, other)) is not None:
            self.befriend(found)
            return
        request = self.requests[request_id] = Request(request_id, user, other)
        if self.is_heard(request):
            self.tell([other], "friend_request", request_id=request_id, username=user)

    def befriend(self, request: Request) -> None:
        del self.requests[request.id]
        self.friends.add(frozenset((request.asker, request.asked)))
        self.tell([request.asker, request.asked], "friend_answered", status="friends")

    def why_not_answer_request(self, request: Request, user: str, action: str) -> str:
        if "friends" in self.off or user not in (request.asker, request.asked):
            return "not-found"
        if user == request.asked and not self.is_heard(request):
            return "not-found"
        return "forbidden" if (action == "cancel") != (user == request.asker) else ""

    def answer_request(self, request: Request, action: str) -> None:
        if action == "accept":
            self.befriend(request)
            return
        del self.requests[request.id]
        said = {"decline": "declined", "cancel": "cancelled"}[action]
        people = [request.asker, *([request.asked] if self.is_heard(request) else [])]
        self.tell(people, "friend_answered", status=said)

    def why_not_unfriend(self, user: str, other: str) -> str:
        known = "friends" not in self.off and other in self.users and frozenset((user, other)) in self.friends
        return "" if known else "not-found"

    def unfriend(self, user: str, other: str) -> None:
        self.friends.discard(frozenset((user, other)))
        self.tell([user, other], "friend_answered", status="ended")

    def why_not_block(self, user: str, other: str) -> str:
        if "friends" in self.off or other not in self.users:
            return "not-found"
        return "invalid" if user == other else ""

    def block(self, user: str, other: str) -> None:
        """It ends a friendship, whatever was asked, and challenges between the two."""
        request = self.request_between(user, other)
        if frozenset((user, other)) in self.friends:
            self.unfriend(user, other)
        elif request is not None:
            self.answer_request(request, "cancel" if request.asker == user else "decline")
        self.blocks.add((user, other))
        for asked in sorted(self.pending(), key=lambda each: (each.challenger == user, each.id), reverse=True):
            if {asked.challenger, asked.opponent} == {user, other}:
                self.close(asked, "cancel" if asked.challenger == user else "decline")

    def tell(self, people: Any, kind: str, **facts: Any) -> None:
        for user in people:
            if user in self.users:
                self.told[user].append((kind, facts))
