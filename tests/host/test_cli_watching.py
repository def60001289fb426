"""`gamehall games watch` and `abort` beside a hall that is running, and `gamehall completion` in a shell."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from rig.command import CONFLICT, DONE, FAILED, NOT_FOUND, USAGE, call
from rig.people import Caller, play_moves, start_game
from rig.server import Server, without_settings


@pytest.fixture
def players(server: Server) -> list[Caller]:
    return [Caller(server.url, name) for name in ("ada", "bob")]


@contextmanager
def watching(
    server: Server, game_id: str, *options: str, background: bool = False
) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """`background`: as a shell starts it there, with Ctrl-C ignored."""
    command = [str(server.program), *options, "games", "watch", game_id]
    if background:
        command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command]
    with subprocess.Popen(command, env=server.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def part(printed: IO[str]) -> list[str]:
    """The lines up to the empty one behind a board; the one between the board and its legend is none."""
    lines: list[str] = []
    while (line := printed.readline().rstrip()) or not lines or lines[-1][:1].isspace():
        lines.append(line)
    return lines


def test_a_game_is_watched_to_its_end(server: Server, players: list[Caller]) -> None:
    game_id = start_game(players)
    play_moves(game_id, players, "b2 a3")
    with watching(server, game_id) as (process, printed):
        first = part(printed)
        assert first[:3] == ["tic-tac-toe: ada (cross) and bob (nought)", "1. b2 ada (cross)", "2. a3 bob (nought)"]
        assert first[3:7] == ["3 O . .", "2 . X .", "1 . . .", "  a b c"]
        play_moves(game_id, players, "a1")
        assert part(printed)[:4] == ["3. a1 ada (cross)", "3 O . .", "2 . X .", "1 X . ."]
        players[0].ask("POST", f"/games/{game_id}/takeback", 200, {"action": "offer"})
        assert part(printed)[0] == "3 O . ."
        players[1].ask("POST", f"/games/{game_id}/takeback", 200, {"action": "accept"})
        assert part(printed)[0] == "taken back to move 2"
        play_moves(game_id, players, "c3")
        assert part(printed)[0] == "3. c3 ada (cross)"
        players[1].ask("POST", f"/games/{game_id}/resign")
        assert part(printed)[-1] == "ada (cross) has won (resigned)."
        assert process.wait() == DONE
        assert printed.read() == ""


def test_a_game_is_watched_by_a_program(server: Server, players: list[Caller]) -> None:
    game_id = start_game(players)
    with watching(server, game_id, "--json") as (process, printed):

        def told() -> dict[str, Any]:
            answer = json.loads(printed.readline())
            assert (answer["ok"], answer["error"]) == (True, None)
            data: dict[str, Any] = answer["data"]
            return data

        assert (told()["moves"], process.poll()) == ([], None)
        play_moves(game_id, players, "b2")
        assert told()["moves"] == ["b2"]
        players[0].ask("POST", f"/games/{game_id}/draw", 200, {"action": "offer"})
        assert told()["offers"] == [{"kind": "draw", "seat": 0}]
        players[1].ask("POST", f"/games/{game_id}/draw", 200, {"action": "accept"})
        last = told()
        assert (last["status"], last["result"]) == ("finished", {"winner": None, "reason": "agreed"})
        assert process.wait() == DONE
        assert printed.read() == ""


def test_watching_ends_with_the_one_who_watches_or_the_game(server: Server, players: list[Caller]) -> None:
    game_id = start_game(players)
    for background in (False, True):
        with watching(server, game_id, background=background) as (process, printed):
            part(printed)
            process.send_signal(signal.SIGINT)
            assert process.wait() == DONE
    players[0].ask("POST", f"/games/{game_id}/abort")
    over = call(server.environment, "games", "watch", game_id)
    assert (over.code, over.out.splitlines()[-2:]) == (DONE, ["Nobody has won (aborted).", ""])
    assert call(server.environment, "games", "watch", "nothing").code == NOT_FOUND


def test_the_operator_aborts_a_game(server: Server, players: list[Caller]) -> None:
    game_id = start_game(players)
    play_moves(game_id, players, "b2 a3")
    refused = call(server.environment, "games", "abort", game_id, typed="n\n")
    assert refused.code == FAILED
    assert "ada and bob after 2 moves" in refused.err
    assert players[0].ask("GET", f"/games/{game_id}")["status"] == "active"
    aborted = call(server.environment, "games", "abort", game_id, typed="y\n")
    assert (aborted.code, aborted.out) == (DONE, "The game of ada and bob has ended without a winner.\n")
    ended = players[0].ask("GET", f"/games/{game_id}")
    assert (ended["status"], ended["result"]) == ("aborted", {"winner": None, "reason": "aborted-by-operator"})
    again = call(server.environment, "--json", "--yes", "games", "abort", game_id)
    assert (again.code, json.loads(again.out)["error"]["code"]) == (CONFLICT, "game-over")
    other = start_game(players)
    done = call(server.environment, "--json", "--yes", "games", "abort", other)
    assert (done.code, json.loads(done.out)["data"]["status"]) == (DONE, "aborted")
    assert call(server.environment, "--yes", "games", "abort", "nothing").code == NOT_FOUND


# -- Completion


@pytest.fixture
def complete(tmp_path: Path) -> Callable[[str], list[str]]:
    """What bash offers for a line that was typed so far."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    folder = Path(sys.executable).parent
    environment = without_settings(tmp_path) | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}

    def offered(line: str) -> list[str]:
        script = """
            source <(gamehall completion bash)
            read -ra COMP_WORDS <<< "$1"
            [[ $1 == *" " ]] && COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _gamehall_completion gamehall
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        ended = subprocess.run(
            [bash, "-c", script, "bash", line], env=environment, capture_output=True, text=True, check=True
        )
        assert ended.stderr == ""
        return ended.stdout.split()

    return offered


def test_bash_completes_words(complete: Callable[[str], list[str]]) -> None:
    assert complete("gamehall ga") == ["games"]
    assert {"serve", "games", "features", "completion"} <= set(complete("gamehall "))
    assert complete("gamehall games a") == ["abort"]
    assert complete("gamehall completion ") == ["bash", "zsh", "fish"]
    assert complete("gamehall --js") == ["--json"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_a_script_too(server: Server, shell: str) -> None:
    ended = call(server.environment, "completion", shell)
    assert ended.code == DONE
    assert "_GAMEHALL_COMPLETE" in ended.out
    assert call(server.environment, "completion", "tcsh").code == USAGE
