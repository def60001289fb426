"""Commands and halls that are told to end by a signal before they have begun to do what they are for."""

from __future__ import annotations

import signal
import subprocess
import sys

from rig.command import DONE
from rig.server import Serve

# What Python drops: an exception in a destructor.
_DROPPED = """
import signal
from gamehall.cli.stopping import stop_in_order

class Closing:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

stop_in_order()
Closing()
print("It went on.")
"""


def test_a_hall_ends_while_its_workers_start(serve: Serve) -> None:
    """They have its handlers at first, which only make a note for it: they must not start on until they are killed."""
    server = serve(workers=2, wait=False)
    server.wait_until(lambda: len(server.workers()) == 2)
    assert server.stop() == DONE
    assert "[" not in server.log()  # of the server under the hall, which tells only what is not as it should be


def test_being_stopped_is_never_lost() -> None:
    ended = subprocess.run([sys.executable, "-c", _DROPPED], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")
