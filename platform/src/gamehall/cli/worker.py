"""What the server runs in each worker process."""

from __future__ import annotations

import os

from gamehall.app import HallApp, create_app

__all__ = ["app"]


def app() -> HallApp:
    return create_app(safe=bool(os.environ.get("GAMEHALL_SAFE")))
