"""gamehall completion"""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from gamehall.commands import answer

__all__ = ["completion"]

_SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that lets a shell complete the words of `gamehall`.

    Put it where the shell reads it at its start: at the end of ~/.bashrc or ~/.zshrc, or into
    ~/.config/fish/completions/gamehall.fish.

    \b
    gamehall completion bash
    gamehall completion fish
    """
    script = _SHELLS[shell](ctx.find_root().command, {}, "gamehall", "_GAMEHALL_COMPLETE").source()
    answer(ctx, {"shell": shell, "script": script}, script)
