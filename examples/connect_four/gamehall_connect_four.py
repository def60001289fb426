"""Connect four: discs fall to the bottom of a column; four of them in a row win."""

from msgspec.structs import replace

from gamehall import hookimpl
from gamehall.game import Input, Look, Options, Refusal, Scene
from gamehall_gomoku_rules import AtLeast, LineGame, LinePosition

LOOKS = {"red": Look("R", "#b71c1c"), "yellow": Look("Y", "#ffd54f")}


class ConnectFour(LineGame):
    key = "connect-four"
    title = "Connect four"
    summary = "Discs fall to the bottom of a column; four of them in a row win."
    seats = ("red", "yellow")
    line = AtLeast(4)
    board = (7, 6)
    lattice = "squares"
    Options = Options

    def moves(self, position: LinePosition) -> list[str]:
        return sorted({cell[0] for cell in super().moves(position)})

    def refusal(self, position: LinePosition, move: str) -> Refusal | None:
        return None if move in self.moves(position) else Refusal("column-full", f"No disc can fall into {move}.")

    def play(self, position: LinePosition, move: str) -> LinePosition:
        return super().play(position, min(cell for cell in super().moves(position) if cell[0] == move))

    def scene(self, position: LinePosition, seat: int | None) -> Scene:
        columns = self.moves(position) if seat == self.to_act(position) else []
        inputs = tuple(Input(column, label=column.upper()) for column in columns)
        prompt = "Choose the column for your disc." if columns else ""
        return replace(super().scene(position, seat), inputs=inputs, prompt=prompt, looks=LOOKS)


@hookimpl
def gamehall_rulesets() -> list[ConnectFour]:
    return [ConnectFour()]
