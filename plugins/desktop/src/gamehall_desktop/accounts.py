"""The accounts of whoever sits at this computer: configuration, profiles, and who is signed in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gamehall.languages import catalogue

from .auth import AuthManager
from .config import Keeping, change_file, config_path, forget_profile, load_config, profile_of, remember_login
from .state.account import Known, KnownHere
from .state.signing import Keepable
from .state.toasts import Toast
from .tokens import Tokens, account_of

_ = catalogue(__name__)


class AuthenticationManager:
    """Settings, profiles and the account in use, `auth_manager`; `post` tells the window what its dialogs need."""

    def __init__(
        self,
        config_file: str | None = None,
        env_file: str = ".env",
        *,
        flags: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] = os.environ,
        post: Callable[[object], None] = lambda message: None,
        tokens: Tokens | None = None,
    ) -> None:
        """Raises ConfigError."""
        self.path = config_path(config_file)
        self.loaded = load_config(self.path, environment, Path(env_file), flags)
        self.config = self.loaded.config
        self.post = post
        self.tokens = tokens or Tokens(chosen=self.config.keep_token)
        self.auth_manager = self._manager(self.config.base_url)

    def is_authenticated(self) -> bool:
        return self.auth_manager.is_authenticated()

    async def close(self) -> None:
        await self.auth_manager.close()

    async def begin(self) -> None:
        """Tells the window what it needs before anybody signs in."""
        self._tell_known()
        for note in self.loaded.notes:
            self.post(Toast(note, "fault"))
        self.post(await asyncio.to_thread(self._keepable))

    def manager_for(self, base_url: str) -> AuthManager:
        """An account at this hall to sign in with: the one in use where nobody is, else one more."""
        in_use = self.auth_manager
        return in_use if in_use.base_url == base_url and not in_use.is_authenticated() else self._manager(base_url)

    async def take(self, manager: AuthManager) -> None:
        """This account in place of the one in use, which stays signed in for another time."""
        former, self.auth_manager = self.auth_manager, manager
        self.config.base_url = manager.base_url
        if former is not manager:
            await former.close()

    def known(self, name: str | None) -> Known | None:
        """A profile by its name, or the user's name at the hall in use; by default the one used last."""
        name = name or self.config.last_profile()
        if name is not None and name not in self.config.profiles:
            name = profile_of(self.config, self.config.base_url, name)
        found = self.config.profiles.get(name or "")
        return Known(name or "", found.username, found.base_url or self.config.base_url) if found else None

    def remember(self) -> None:
        """Puts whoever has just signed in among the profiles."""
        try:
            remember_login(self.path, self.config, self.auth_manager.base_url, self.auth_manager.username)
        except OSError as error:
            self.post(Toast(_("The settings cannot be stored: {why}", why=error), "fault"))
        self._tell_known()

    async def drop(self, name: str) -> None:
        """Forgets a profile and its token."""
        if (known := self.known(name)) is not None:
            forget_profile(self.path, self.config, known.name)
            await asyncio.to_thread(self.tokens.put, account_of(known.base_url, known.username), None)
        self._tell_known()

    async def keep_in(self, place: Keeping) -> None:
        """Keeps tokens there from the next one on."""
        self.tokens.chosen = self.config.keep_token = place
        change_file(self.path, keep_token=place)
        self.post(await asyncio.to_thread(self._keepable))

    def _manager(self, base_url: str) -> AuthManager:
        config = self.config
        return AuthManager(base_url, self.tokens, timeout=config.timeout, auto_refresh=config.auto_refresh_token)

    def _tell_known(self) -> None:
        names = sorted(self.config.profiles, key=lambda name: self.config.profiles[name].last_login, reverse=True)
        self.post(KnownHere(tuple(known for name in names if (known := self.known(name)) is not None)))

    def _keepable(self) -> Keepable:
        places: dict[Keeping, str] = {}
        if self.tokens.has_keyring:
            places["keyring"] = _("Your system's keyring keeps you signed in, encrypted.")
        places["file"] = _("A file keeps you signed in: {path}, readable by you alone, not encrypted.").format(
            path=self.tokens.file.path
        )
        places["nowhere"] = _("Nothing is kept: you sign in again when the window was closed.")
        return Keepable(places, self.tokens.keeping)
