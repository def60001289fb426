"""What data is read into, worked out before anybody asks for it.

msgspec works out a struct when it first reads one. Where two threads do that at once, the second finds the half of it
that the first has got to, and the process ends with a segmentation fault: a worker that has just begun, and is asked
for much.
"""

from __future__ import annotations

import contextlib

import msgspec

__all__ = ["work_out"]


def work_out() -> None:
    """Works out every struct that there is by now: to be called while there is one thread."""
    waiting = msgspec.Struct.__subclasses__()
    for each in waiting:  # it grows meanwhile
        waiting += each.__subclasses__()
        # A generic one is worked out for what it is read with, and what a plugin has written may make no sense.
        with contextlib.suppress(Exception):
            msgspec.json.Decoder(each)
