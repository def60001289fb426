"""A browser in words, from what it says of itself."""

from __future__ import annotations

from gamehall.languages import catalogue

__all__ = ["browser_words"]

_ = catalogue(__name__)

# The first that fits counts: nearly all of them say that they are others as well.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "Chrome/": "Chrome",
    "CriOS": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_words(agent: str) -> str:
    """Such as "Firefox on Linux"; what it says itself when that is none of the usual, empty when it says nothing."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    return _("{browser} on {system}", browser=browser, system=system) if browser and system else browser or agent
