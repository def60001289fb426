"""Who listens to what: the channels a client asks for, by its own names for them, and its right to listen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from gamehall.asking import account_of, known_id
from gamehall.declare import Host, Principal
from gamehall.events import LOBBY, Event, game_channel, user_channel
from gamehall.gamelog import Game, check_watching, load_game
from gamehall.languages import language
from gamehall.probing import probe_channel, probe_in
from gamehall.problems import FieldError, Problem
from gamehall.tasks import Sharing

MAX_CHANNELS = 20

USER = "user"
_GAME = "game-"
_PROBE = "probe-"  # of which only the hall's operator knows, who looks what becomes of a stream on its way


@dataclass(frozen=True, slots=True)
class Audience:
    """A listener, None being a stranger. `names` leads from channels of the feed to the client's names, in the order
    user, games, lobby."""

    user_id: str | None
    games: tuple[Game, ...]
    names: Mapping[str, str]

    @property
    def channels(self) -> frozenset[str]:
        """What the client asked for."""
        return frozenset(self.names)

    @property
    def followed(self) -> frozenset[str]:
        """The same, and the user's own channel, which tells of the end of sign-ins."""
        return self.channels if self.user_id is None else self.channels | {user_channel(self.user_id)}

    def name_of(self, event: Event) -> str | None:
        """The client's name for the first of its channels that the event belongs to; None if it belongs to none."""
        for channel, name in self.names.items():
            if channel in event.channels:
                return name
        return None


class Rights:
    """Who may follow which games. A crowd that comes or asks again at the same time has it asked once, though in each
    of its languages, as refusals are in words."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._games: Sharing[Game] = Sharing()
        self._allowed: Sharing[None] = Sharing()

    async def game(self, game_id: str) -> Game:
        """Raises Problem `not-found`."""
        return await self._games.of((game_id, language()), lambda: self._host.read(load_game, game_id))

    async def check(self, games: Iterable[Game], user_id: str | None) -> None:
        """Raises Problem `not-found` for a game that this user, None being a stranger, may not see."""
        for game in games:
            ask = partial(check_watching, self._host, game, user_id)
            await self._allowed.of((game.id, user_id, language()), ask)


async def api_audience(host: Host, principal: Principal | None, asked: Sequence[str]) -> Audience:
    """Which program asks for these channels. Raises Problem as `find_audience` does, and `unauthenticated` where
    `user` is asked for by nobody."""
    check_names(asked)
    return await find_audience(host, account_of(principal) if USER in asked else principal, asked)


async def find_audience(host: Host, principal: Principal | None, asked: Sequence[str]) -> Audience:
    """Who asks for these channels, None being a stranger, for whom there is no `user`.

    Raises Problem: `invalid` for a channel that cannot be, `not-found` for a game, `forbidden` by a policy.
    """
    check_names(asked)
    game_ids = dict.fromkeys(known_id(name.removeprefix(_GAME)) for name in asked if name.startswith(_GAME))
    rights = host.kept(Rights)
    games = tuple([await rights.game(game_id) for game_id in game_ids])
    await rights.check(games, principal.user_id if principal else None)
    names = {user_channel(principal.user_id): USER} if principal is not None and USER in asked else {}
    names |= {game_channel(game_id): f"{_GAME}{game_id}" for game_id in game_ids}
    names |= {LOBBY: LOBBY} if LOBBY in asked else {}
    names |= {_channel_of_probe(host, name): name for name in asked if name.startswith(_PROBE)}
    return Audience(principal.user_id if principal else None, games, names)


async def may_still_listen(host: Host, audience: Audience, identify: Callable[[], Awaitable[Principal | None]]) -> bool:
    """Whether the same person would be let in again; `identify` tells who it is by the same connection."""
    try:
        principal = await identify()
        if (principal and principal.user_id) != audience.user_id:
            return False
        await host.kept(Rights).check(audience.games, audience.user_id)
    except Problem:
        return False
    return True


def _channel_of_probe(host: Host, name: str) -> str:
    if (probe_id := probe_in(host.secret, name.removeprefix(_PROBE))) is None:
        raise Problem("not-found")
    return probe_channel(probe_id)


def check_names(asked: Sequence[str]) -> None:
    unknown = [name for name in asked if name not in (USER, LOBBY) and not name.startswith((_GAME, _PROBE))]
    if unknown:
        message = f"There is no channel {unknown[0]!r}. Ask for user, lobby or game-… with a game's id."
    elif not asked:
        message = "Ask for at least one channel: user, lobby or game-… with a game's id."
    elif len(asked) > MAX_CHANNELS:
        message = f"Ask for at most {MAX_CHANNELS} channels."
    else:
        return
    raise Problem("invalid", message, errors=(FieldError("channel", message),))
