"""Redis, where the hall has one."""

from __future__ import annotations

from collections.abc import Iterator

from gamehall.findings import Finding, bad, ok
from gamehall.languages import catalogue
from gamehall.settings import Settings

__all__ = ["wakeups"]

_ = catalogue(__name__)

_SECONDS = 4


def wakeups(settings: Settings) -> Iterator[Finding]:
    """Whether it answers: without it workers look for events by themselves, and limits begin anew in the database."""
    if not settings.redis_url:
        return
    try:
        from redis import Redis, RedisError  # an optional dependency: only halls with a redis_url need it
    except ImportError:
        yield bad(
            "redis",
            _("GAMEHALL_REDIS_URL is set, and the package for it is not installed."),
            "pip install 'gamehall[redis]'",
        )
        return
    try:
        with Redis.from_url(settings.redis_url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS) as redis:
            redis.ping()
            version = redis.info("server")["redis_version"]
    except (RedisError, ValueError) as error:
        sentence = _(
            "It does not answer, so events come late and limits are counted in the database: {error}.", error=error
        )
        yield bad("redis", sentence, _("Start Redis, or mend GAMEHALL_REDIS_URL."))
    else:
        yield ok("redis", _("Redis {version} answers.", version=version))
