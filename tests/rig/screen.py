"""A real browser and a real screen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from rig import missing
from rig.processes import Process

expect.set_options(timeout=60_000)  # on a busy machine a page takes its time; what is right comes at once

_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window, for the tests of one module: Playwright keeps an event loop running
    meanwhile, so there is no `asyncio.run` beside it."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        missing("Chromium: neither chromium nor chromium-browser is on PATH")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=_QUIET)
        yield started
        started.close()


@pytest.fixture
def chromium(browser: Browser) -> Iterator[Browser]:
    """The browser for one test; `chromium.new_context()` is one person, with cookies of their own, who is gone after
    it."""
    yield browser
    for context in browser.contexts:
        context.close()


@pytest.fixture(scope="session")
def look(request: pytest.FixtureRequest) -> Path | None:
    """The folder for pictures of what tests see, None where nobody asked for them."""
    chosen = request.config.getoption("--look")
    if chosen:
        Path(chosen).mkdir(parents=True, exist_ok=True)
    return Path(chosen) if chosen else None


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A screen of 1280×900 to give a program as DISPLAY; xdotool is there to click on it."""
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            missing(f"{program} is not on PATH")
    with screen(tmp_path) as name:
        yield name


@contextmanager
def screen(folder: Path) -> Iterator[str]:
    """A virtual screen for the time of the block: what DISPLAY is to be."""
    reading, writing = os.pipe()
    options = ["-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]
    server = Process(["Xvfb", *options], folder / "xvfb.log", pass_fds=[writing])
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:  # Xvfb writes the number once it accepts clients; an end without one is empty
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError(f"Xvfb did not start:\n{server.log()}")
        yield f":{number}"
    finally:
        server.stop()
