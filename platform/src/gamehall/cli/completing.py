"""gamehall completion"""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from gamehall.cli.inspecting import inspect_plugins
from gamehall.cli.words import known_words
from gamehall.commands import answer, settings_of

__all__ = ["completion"]

_SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command()
@click.argument("shell", type=click.Choice(list(_SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that lets a shell complete the words of `gamehall`.

    Put it where the shell reads it at its start: at the end of ~/.bashrc or ~/.zshrc, or into
    ~/.config/fish/completions/gamehall.fish. It completes names of plugins, switches, users, games and settings too;
    what plugins bring is looked up by this command and by those that look at plugins, such as `gamehall plugins list`.

    \b
    gamehall completion bash
    gamehall completion fish
    """
    settings = settings_of(ctx)
    if not known_words(settings).is_of_now:
        inspect_plugins(settings)  # which puts down what the script will want to know
    script = _SHELLS[shell](ctx.find_root().command, {}, "gamehall", "_GAMEHALL_COMPLETE").source()
    if shell == "bash":  # which takes `ruleset:` for a word of its own otherwise
        script = f"COMP_WORDBREAKS=${{COMP_WORDBREAKS//:}}\n{script}"
    answer(ctx, {"shell": shell, "script": script}, script)
