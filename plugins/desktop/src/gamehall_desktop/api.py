"""The hall's API for whoever is signed in."""

from __future__ import annotations

import httpx

from gamehall.client import Client

from .auth import AuthManager


class APIClient(Client):
    """A client whose requests are signed by an account: exchanged in time, and again when the hall does not know its
    token. Its calls raise SignedOutError when that does not help, else what `Client` raises."""

    def __init__(
        self,
        base_url: str,
        auth_manager: AuthManager,
        *,
        timeout: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, timeout=timeout, transport=transport, auth=auth_manager.signature())
