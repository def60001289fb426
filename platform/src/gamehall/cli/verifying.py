"""gamehall verify"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from gamehall.cli.running import installed_plugins
from gamehall.commands import answer
from gamehall.problems import Problem
from gamehall.records.proof import Proof, prove

__all__ = ["verify"]

_MOST_TOLD = 20


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def verify(ctx: click.Context, file: Path) -> None:
    """Prove a game's record: that nothing in the file was changed, and that the installed rules play this very game.

    It needs no hall and no database. It ends with 5 when something differs, and says what and at which ply; with 3
    when the game's rules are not installed.

    \b
    gamehall verify game.json
    gamehall --json verify game.json
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error
    proof = prove(content, {key: ruleset for key, (_, ruleset) in installed_plugins(ctx).rulesets.items()})
    if not proof.differences:
        moves = "1 move" if proof.moves == 1 else f"{proof.moves} moves"
        answer(ctx, proof, f"Proven: {file} has {moves} of {proof.ruleset}. {_versions(proof)}")
        return
    told = [f"{_where(each.ply)}: {each.sentence}." for each in proof.differences[:_MOST_TOLD]]
    if len(proof.differences) > _MOST_TOLD:
        told.append(f"and {len(proof.differences) - _MOST_TOLD} more.")
    message = "\n  ".join([f"{file} is not what it says. {_versions(proof)}", *told])
    raise Problem("conflict", message, **msgspec.to_builtins(proof))


def _where(ply: int | None) -> str:
    return "file" if ply is None else f"ply {ply}"


def _versions(proof: Proof) -> str:
    if proof.recorded_version == proof.installed_version:
        return f"The rules are version {proof.installed_version}."
    return f"It was played by version {proof.recorded_version} of the rules; installed is {proof.installed_version}."
