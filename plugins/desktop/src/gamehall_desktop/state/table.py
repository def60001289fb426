"""The game that is open: its position, what the user has touched or sent, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from msgspec.structs import replace

from gamehall.answers import Forbidden, Game, RecordFormat
from gamehall.game import CellChange, Mark, Piece, Refusal, Scene, cell_place
from gamehall.languages import catalogue

from .account import Offline, Online, SignedIn, SignedOut
from .board import touch
from .moves import Way, choices, moved_on, pending_piece, step, target, typed_further, typed_input

_ = catalogue(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """The game as it stands, known since `at` by `time.monotonic`; `local` says that no hall knows of it."""

    game: Game
    at: float = 0.0
    local: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """The user has asked for this game, which has been looked at."""

    game_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The scene of a game as it was after `ply` moves."""

    game_id: str
    ply: int
    scene: Scene


@dataclass(frozen=True, slots=True)
class Sending:
    """A move of the user's is on its way, as the one after `ply` moves; `waiting` while the hall cannot be reached."""

    game_id: str
    ply: int
    move: str
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """The hall has the move that was on its way."""

    game_id: str
    ply: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The hall does not take the move; `refusal` says why and which cells make it so."""

    game_id: str
    ply: int
    move: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Moved:
    """News of a move, before the game was looked at anew: `game_move` of the hall's events, known since `at`."""

    game_id: str
    ply: int
    move: str
    seat: int
    to_act: int | None
    status: str
    clock: dict[str, Any]
    cells: tuple[CellChange, ...]
    at: float
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Barred:
    """The points that nobody may take where `ply` moves were made, each with why."""

    game_id: str
    ply: int
    points: tuple[Forbidden, ...]


@dataclass(frozen=True, slots=True)
class Formats:
    """The formats in which the game can be taken home."""

    game_id: str
    formats: tuple[RecordFormat, ...]


@dataclass(slots=True)
class Table:
    """One open game, seen by `username`.

    `cursor` is the cell that the keyboard is at, `hover` the one below the mouse, `typed` what was typed of a move.
    `wanted` is the ply that the user looks back at, None for the game as it stands; `seen` is what came of it.
    `held` says why the last touch was nothing.
    `bars` says that the user wants to see forbidden points, which the hall was asked for at the ply `barred_at`; and
    `asking` is the end of the game that has to be confirmed: resign or abort.
    """

    username: str | None = None
    game: Game | None = None
    at: float = 0.0
    local: bool = False
    offline: bool = False
    touched: tuple[str, ...] = ()
    cursor: str | None = None
    hover: str | None = None
    typed: str = ""
    wanted: int | None = None
    seen: Seen | None = None
    sending: Sending | None = None
    stored: bool = False
    refused: Refused | None = None
    held: str = ""
    barred: Barred | None = None
    barred_at: int = -1
    bars: bool = False
    formats: tuple[RecordFormat, ...] = ()
    asking: str = ""
    _sent_at: int = field(default=0, repr=False)

    def take(self, message: object) -> None:
        match message:
            case SignedIn(username):
                self.username, self.offline = username, False
            case SignedOut():
                self.username, self.offline = None, False
                if not self.local:
                    self._clear()
            case Online() | Offline():
                self.offline = isinstance(message, Offline)
            case Shown():
                self._show(message)
            case Moved():
                self._move(message)
            case Sending() | Stored() | Refused():
                self._hear(message)
            case Seen(game_id, ply) if self.game is not None and game_id == self.game.id and ply == self.wanted:
                self.seen = message
            case Barred(game_id) if self.game is not None and game_id == self.game.id:
                self.barred = message
            case Formats(game_id, formats) if self.game is not None and game_id == self.game.id:
                self.formats = formats

    def _clear(self) -> None:
        """Forgets the game and what was done to it."""
        fresh = Table(username=self.username, offline=self.offline)
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    def _show(self, message: Shown) -> None:
        known, game = self.game, message.game
        if known is None or known.id != game.id:
            self._clear()
        elif not message.local and _is_older(known, game):
            return
        self.game, self.at, self.local = game, message.at, message.local
        self._settle()

    def _move(self, news: Moved) -> None:
        game = self.game
        if game is None or news.game_id != game.id or game.status != "active" or news.ply != game.ply + 1:
            return
        if news.revision in (0, game.revision + 1):  # else something is between the two, and the hall is asked
            self.game, self.at = moved_on(game, news), news.at
            self._settle()

    def _settle(self) -> None:
        """Leaves out what does not fit the game any more."""
        game = self.game
        if game is None:
            return
        sending = self.sending
        if sending is not None and (self.local or self._is_answered(game, sending)):
            self.sending, self.stored = None, False
        if self.refused is not None and self.refused.ply != game.ply:
            self.refused = None
        if not any(each.cells[: len(self.touched)] == self.touched for each in game.scene.inputs):
            self.touched = ()
        if self.wanted is not None and self.wanted >= game.ply:
            self.wanted, self.seen = None, None
        if game.status != "active":
            self.asking = "" if self.asking in ("resign", "abort") else self.asking
        self.held = ""

    def _is_answered(self, game: Game, sending: Sending) -> bool:
        """Whether the game has gone on from where a move was sent: by it, or, once it is stored, by taking it back."""
        if game.ply > sending.ply or game.ply < sending.ply or game.status != "active":
            return True
        return self.stored and game.revision >= self._sent_at + 2

    def _hear(self, message: Sending | Stored | Refused) -> None:
        game = self.game
        if game is None or message.game_id != game.id or message.ply != game.ply:
            return  # of another game, or of a move that the game already shows
        pending = self.sending
        match message:
            case Sending():
                if not self.stored:
                    self.sending, self.refused = message, None
                    self._sent_at = self._sent_at if pending else game.revision
            case Stored():
                self.stored = pending is not None
            case Refused() if not self.stored:
                self.sending, self.refused, self.touched = None, message, ()

    @property
    def seat(self) -> int | None:
        """The user's seat; at a local game, whoever is to move."""
        if self.game is None:
            return None
        if self.local:
            return self.game.to_act if self.game.to_act is not None else 0
        return self.game.seat_of(self.username) if self.username else None

    @property
    def is_turn(self) -> bool:
        """Whether the user is to move in the game as it stands."""
        game = self.game
        return game is not None and game.status == "active" and game.to_act is not None and game.to_act == self.seat

    @property
    def ply(self) -> int:
        """After how many moves the board is shown."""
        if self.game is None:
            return 0
        return self.game.ply if self.wanted is None else self.wanted

    @property
    def scene(self) -> Scene | None:
        """What the board shows: the game as it stands, or an earlier position without inputs."""
        if self.game is None:
            return None
        if self.seen is not None:
            return replace(self.seen.scene, inputs=(), prompt="")
        scene = self.game.scene
        if self.sending is not None or not self.is_turn:
            scene = replace(scene, inputs=())
        known = {mark.cell for mark in scene.marks if mark.kind == "forbidden"}
        marks = tuple(Mark(cell, "forbidden") for cell in self._reasons() if self.bars and cell not in known)
        return replace(scene, marks=(*scene.marks, *marks))

    @property
    def pending(self) -> Piece | None:
        """The piece that the user's move puts down, while that is on its way."""
        if self.game is None or self.sending is None or self.seen is not None:
            return None
        return pending_piece(self.game.scene, self.seat, self.sending.move)

    @property
    def wrong(self) -> tuple[str, ...]:
        """The cells that make a refused move wrong, until the next touch."""
        return self.refused.refusal.cells if self.refused is not None and self.seen is None else ()

    def reason_at(self, cell: str) -> str:
        """Why this cell may not be taken, empty where nothing is known against it."""
        if self.refused is not None and self.game is not None:
            tried = self.refused.move, target(self.game.scene, self.refused.move)
            if cell in tried or cell in self.wrong:
                return self.refused.refusal.detail
        return self._reasons().get(cell, "")

    def _reasons(self) -> dict[str, str]:
        if self.game is None or self.barred is None or self.barred.ply != self.game.ply or self.wanted is not None:
            return {}
        return {each.cell: each.detail for each in self.barred.points}

    @property
    def lacks_reasons(self) -> bool:
        """Whether the hall is to be asked which points are forbidden and why: they are marked, or asked for."""
        game = self.game
        if game is None or (self.offline and not self.local) or game.status != "active":
            return False
        known = self.barred_at == game.ply or (self.barred is not None and self.barred.ply == game.ply)
        marked = any(mark.kind == "forbidden" for mark in game.scene.marks)
        return not known and (self.bars or (marked and self.is_turn))

    def touch(self, cell: str) -> str | None:
        """Touches a cell. Returns the move that this makes, which is then on its way."""
        if self.game is None or not self._is_free():
            return None
        scene = self.game.scene
        if reason := self._reasons().get(cell):
            self.held = reason
        self.touched, move = touch(scene, self.touched, cell)
        return self._send(move) if move is not None else None

    def press(self, move: str) -> str | None:
        """Presses the button of a move. Returns it when it can be made, which is then on its way."""
        if self.game is None or not self._is_free():
            return None
        return self._send(move) if any(each.move == move for each in self.game.scene.inputs) else None

    def _is_free(self) -> bool:
        """Whether the user can move now; if not, `held` says why not."""
        self.refused, self.typed, self.held = None, "", self._hindrance()
        return not self.held and self.is_turn

    def _hindrance(self) -> str:
        if self.wanted is not None:
            return _("This is an earlier position. Go back to the game to move.")
        if self.sending is not None:
            return _("Your move is on its way.")
        if self.offline and self.is_turn and not self.local:
            return _("The hall does not answer. You can move as soon as it does.")
        return ""

    def _send(self, move: str) -> str:
        if self.game is not None:
            self.sending, self.stored = Sending(self.game.id, self.game.ply, move), False
            self._sent_at, self.touched = self.game.revision, ()
        return move

    def go(self, way: Way) -> None:
        """Moves the cursor."""
        if self.scene is not None:
            self.cursor = step(self.scene, self.cursor, way)

    def type_key(self, key: str) -> str | None:
        """Takes a character that was typed. Returns the move that is chosen by its number."""
        if self.game is None or self.scene is None:
            return None
        offered = choices(self.scene, self.touched)
        if not self.typed and key.isdecimal() and offered:
            chosen = offered[int(key) - 1 : int(key)] if key != "0" else ()
            return self.press(chosen[0].move) if chosen else None
        self.typed = typed_further(self.scene, self.typed, key)
        if cell_place(self.typed, self.scene.width, self.scene.height):
            self.cursor = self.typed
        return None

    def rub_out(self) -> None:
        """Takes back the last character that was typed."""
        self.typed = self.typed[:-1]

    def enter(self) -> str | None:
        """Plays what was typed or, without that, the cell at the cursor. Returns the move that this makes."""
        scene, typed = self.scene, self.typed
        if scene is None:
            return None
        if typed and (found := typed_input(scene, typed)):
            return self.press(found.move)
        cell = typed or self.cursor
        self.typed = ""
        return self.touch(cell) if cell and cell_place(cell, scene.width, scene.height) else None

    def escape(self) -> None:
        """Takes back what was touched, typed or asked, or looks at the game as it stands again."""
        if not (self.touched or self.typed or self.asking or self.refused or self.held):
            self.wanted, self.seen = None, None
        self.touched, self.typed, self.asking, self.refused, self.held = (), "", "", None, ""

    def look_back(self, ply: int) -> int | None:
        """Looks at the game after so many moves. Returns the ply that is to be asked for, None for the game as it
        stands."""
        if self.game is None:
            return None
        self.touched, self.held = (), ""
        if ply >= self.game.ply:
            self.wanted, self.seen = None, None
            return None
        self.wanted = max(0, ply)
        return None if self.seen is not None and self.seen.ply == self.wanted else self.wanted


def _is_older(known: Game, told: Game) -> bool:
    """Whether an answer was overtaken by another."""
    if told.revision >= told.ply:  # each move raises it; a hall that does not tell it says 0
        return told.revision < known.revision
    return told.ply < known.ply
