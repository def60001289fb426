"""An entry with an icon in the menu of a Linux desktop, as freedesktop.org has it."""

from __future__ import annotations

import os
import re
import shutil
import sys
from importlib import resources
from pathlib import Path

import click

_NAME = "gamehall-desktop"


def _add_to_menu(context: click.Context, parameter: click.Parameter, chosen: bool) -> None:
    if not chosen or context.resilient_parsing:
        return
    if sys.platform != "linux":
        raise click.ClickException("Only Linux has such a menu. Pin the running program to the task bar or the dock.")
    files = Path(str(resources.files("gamehall_desktop"))) / "entry"
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    icon = data / f"icons/hicolor/256x256/apps/{_NAME}.png"
    entry = data / f"applications/{_NAME}.desktop"
    text = (files / f"{_NAME}.desktop").read_text(encoding="utf-8").replace(f"Exec={_NAME}", f"Exec={_program()}")
    for path, content in ((icon, (files / f"{_NAME}.png").read_bytes()), (entry, text.encode())):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    click.echo(f"{entry} is in your menu. Delete it and {icon} to take it out again.")
    context.exit()


def _program() -> str:
    """What starts the client, quoted for an entry: the packaged program, or the script beside this Python."""
    beside = shutil.which(_NAME, path=str(Path(sys.executable).parent))
    program = sys.executable if getattr(sys, "frozen", False) else beside or _NAME
    quoted = re.sub(r'(["`$\\])', r"\\\1", program)
    return '"' + quoted.replace("\\", r"\\").replace("%", "%%") + '"'


add_to_menu_option = click.option(
    "--add-to-menu",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_add_to_menu,
    help="Put an entry with an icon into your menu (Linux), and end.",
)
