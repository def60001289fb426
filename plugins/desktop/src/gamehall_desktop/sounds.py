"""Short sounds, computed as waves and played where the extra `sound` is installed and there is something to hear."""

from __future__ import annotations

import logging
import math
import time
from array import array
from collections.abc import Generator
from functools import cache
from importlib import import_module
from typing import Any

from .state.alerts import Sound

__all__ = ["RATE", "play", "wave"]

log = logging.getLogger(__name__)

RATE = 44_100

# Each sound by its tones: (from second, hertz, seconds until it has died away, strength).
_TONES: dict[Sound, tuple[tuple[float, float, float, float], ...]] = {
    "move": ((0.0, 1250, 0.03, 0.5), (0.0, 620, 0.06, 0.7), (0.002, 2900, 0.012, 0.35)),  # a stone on wood
    "turn": ((0.0, 659.3, 0.35, 0.4), (0.11, 987.8, 0.5, 0.4)),
    "end": ((0.0, 523.3, 0.5, 0.33), (0.13, 659.3, 0.5, 0.33), (0.26, 784.0, 0.9, 0.38)),
    "low": ((0.0, 880, 0.12, 0.45), (0.18, 880, 0.12, 0.45)),
}


@cache
def wave(sound: Sound) -> array[int]:
    """The sound as samples of 16 bits, `RATE` of them a second, at full volume."""
    tones = _TONES[sound]
    length = max(start + lasting for start, _, lasting, _ in tones)
    samples = [0.0] * round(length * RATE)
    for start, hertz, lasting, strength in tones:
        first, count = round(start * RATE), round(lasting * RATE)
        for at in range(min(count, len(samples) - first)):
            swell, fade = min(1.0, at / 60), math.exp(-5 * at / count)
            samples[first + at] += strength * swell * fade * math.sin(math.tau * hertz * at / RATE)
    return array("h", (round(max(-1.0, min(1.0, each)) * 32_000) for each in samples))


def play(sound: Sound, loudness: float) -> bool:
    """Plays a sound, from 0 to 1, and returns when it is over; False where there is nothing to be heard with."""
    player = _player()
    if player is None:
        return False
    samples = array("h", (round(each * loudness) for each in wave(sound)))
    try:
        device = player.PlaybackDevice(
            output_format=player.SampleFormat.SIGNED16, nchannels=1, sample_rate=RATE, buffersize_msec=40
        )
        with device:
            stream = _handed_out(samples)
            next(stream)
            device.start(stream)
            time.sleep(len(samples) / RATE + 0.1)
    except Exception as error:  # noqa: BLE001 - whatever a device does, it is only a sound that is missing
        log.info("no sound: %s", error)
        return False
    return True


def _handed_out(samples: array[int]) -> Generator[array[int], int, None]:
    """The samples in pieces, each as long as it is asked for, and then silence."""
    asked = yield array("h")
    at = 0
    while True:
        piece = samples[at : at + asked]
        at += asked
        asked = yield piece + array("h", [0] * (asked - len(piece)))


@cache
def _player() -> Any | None:
    try:
        return import_module("miniaudio")
    except ImportError as error:
        log.info("no sound: %s", error)
        return None
