"""Chess by the rules of the package `chess`. A move is written e2e4, or e7e8q where a pawn becomes a queen."""

from functools import lru_cache

import chess

from gamehall import hookimpl
from gamehall.game import Input, Look, Mark, Options, Outcome, Piece, Position, Refusal, Ruleset, Scene

CLAIM = "claim-draw"
LOOKS = {n: Look(chess.piece_symbol(k).upper(), "", "chess/{side}-" + n) for k, n in enumerate(chess.PIECE_NAMES) if n}


class Line(Position, frozen=True):
    """The board before the last move that cannot be undone, and the moves from there: what repetitions need."""

    fen: str = chess.STARTING_FEN
    moves: tuple[str, ...] = ()
    claimed: bool = False


@lru_cache(maxsize=64)  # of boards that nobody changes: looking for repetitions takes moves back, so it needs a copy
def board_of(position: Line) -> chess.Board:
    board = chess.Board(position.fen)
    for move in position.moves:
        board.push(chess.Move.from_uci(move))
    return board


def as_input(move: str) -> Input:
    if move == CLAIM:
        return Input(move, label="Claim a draw")
    promotion = chess.Move.from_uci(move).promotion
    return Input(move, (move[:2], move[2:4]), chess.piece_name(promotion).capitalize() if promotion else "")


class Chess(Ruleset[Line, Options]):
    key = "chess"
    title = "Chess"
    summary = "Mate the king. After three repetitions or fifty moves without progress a draw can be claimed."
    seats = ("white", "black")
    Position = Line

    def start(self, options: Options) -> Line:
        return Line()

    def to_act(self, position: Line) -> int | None:
        return None if self.outcome(position) else 1 - board_of(position).turn

    def moves(self, position: Line) -> list[str]:
        board = board_of(position).copy()
        claim = [CLAIM] if board.is_repetition(3) or board.is_fifty_moves() else []
        return [] if board.outcome(claim_draw=position.claimed) else [*map(chess.Move.uci, board.legal_moves), *claim]

    def refusal(self, position: Line, move: str) -> Refusal | None:
        refusal, board = super().refusal(position, move), board_of(position)
        if refusal and not self.outcome(position) and move in map(chess.Move.uci, board.pseudo_legal_moves):
            attackers = tuple(map(chess.square_name, board.checkers()))
            return Refusal("in-check" if attackers else "into-check", "Your king would be open to attack.", attackers)
        return refusal

    def play(self, position: Line, move: str) -> Line:
        if move == CLAIM:
            return Line(position.fen, position.moves, claimed=True)
        if board_of(position).is_irreversible(chess.Move.from_uci(move)):
            return Line(board_of(position).fen(), (move,))
        return Line(position.fen, (*position.moves, move))

    def outcome(self, position: Line) -> Outcome | None:
        if (end := board_of(position).copy().outcome(claim_draw=position.claimed)) is None:
            return None
        return Outcome(None if end.winner is None else 1 - end.winner, end.termination.name.lower().replace("_", "-"))

    def scene(self, position: Line, seat: int | None) -> Scene:
        board, end, turn = board_of(position), self.outcome(position), 1 - board_of(position).turn
        men = board.piece_map().items()
        pieces = tuple(Piece(chess.square_name(at), chess.piece_name(man.piece_type), 1 - man.color) for at, man in men)
        inputs = tuple(as_input(move) for move in self.moves(position) if seat == turn)
        marks = tuple(Mark(cell, "last") for move in position.moves[-1:] for cell in (move[:2], move[2:4]))
        status = f"{self.seats[turn].capitalize()} is {'in check' if board.is_check() else 'to move'}."
        if end is not None:
            result = "a draw" if end.winner is None else f"{self.seats[end.winner]} wins"
            status = f"{end.reason.replace('-', ' ').capitalize()}: {result}."
        prompt = f"{status} Touch a piece, then the cell that it goes to." if inputs else ""
        return Scene(8, 8, "squares", pieces, inputs, marks, self.seats, status, prompt, LOOKS, seat == 1)


@hookimpl
def gamehall_rulesets() -> list[Chess]:
    return [Chess()]
