"""The hall as it is found from outside: beside itself, and by the address that people open, whatever stands before it.

These are looks by `gamehall doctor` alone, and in its language: a worker does not go out to ask itself.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec

from gamehall.addresses import Proxies
from gamehall.answers import Health
from gamehall.declare import CheckResult
from gamehall.edges import answer_headers
from gamehall.findings import Finding, Part, bad, note, ok, remedies
from gamehall.findings.examining import checked
from gamehall.findings.listening import Listener, listening
from gamehall.findings.tls import certificate, speaks_http_2
from gamehall.probing import PATH, PROBE, Arrived, Probe, new_probe, probe_in, proof_of
from gamehall.settings import Settings, SettingsError, known_key

__all__ = ["probed"]

_SECONDS = 5.0
_PROMPT = 4.0  # seconds: an event that takes longer than that on one way and not on the other is held up
_STRANGER = "203.0.113.77"  # an address that is nobody's
_WITH_BEATS = 20.0  # seconds, in which a stream shows that it lives


def probed(settings: Settings, url: str | None, long: float) -> list[Part]:
    """Looks at the worker that answers on this machine, and at the address that people open."""
    here = _here(settings)
    address = (url or settings.public_url or here).rstrip("/")
    return [
        Part("hall", lambda: _beside(here), 2 * _SECONDS),
        Part(
            "outside",
            lambda: _for_this_hall(here, asyncio.run(_visited(settings, here, address, long))),
            6 * _SECONDS + long,
        ),
    ]


def _for_this_hall(here: str, found: list[Finding]) -> list[Finding]:
    """The same, with the lines for proxies as they are for a hall that listens here."""
    place = urlsplit(here).netloc
    return [msgspec.structs.replace(each, remedy=each.remedy.replace(remedies.HALL, place)) for each in found]


def _here(settings: Settings) -> str:
    """Where a command on the same machine finds the hall, with nothing in between."""
    host = settings.host
    try:
        if ipaddress.ip_address(host).is_unspecified:
            host = "127.0.0.1"
        elif ":" in host:
            host = f"[{host}]"
    except ValueError:
        pass  # a name
    return f"http://{host}:{settings.port}"


def _beside(here: str) -> Iterator[Finding]:
    """What a worker on this machine says of itself."""
    try:
        answer = httpx.get(f"{here}/health/ready", timeout=2 * _SECONDS, trust_env=False)
        health = msgspec.json.decode(answer.content, type=Health)
    except httpx.HTTPError as error:
        sentence = f"No hall answers at {here} ({_words(error)}), so nothing is known of its checks and of live events."
        yield note("hall", sentence, "gamehall serve")
    except msgspec.DecodeError:
        yield bad("hall", f"What answers at {here} is no hall.", "GAMEHALL_PORT=…")
    else:
        yield ok("hall", f"Version {health.version} answers at {here}.")
        yield from checked({name: CheckResult(each.ok, each.detail) for name, each in health.checks.items()})


class _Way(NamedTuple):
    """A way to the hall: who asks, where, and with which key."""

    client: httpx.AsyncClient
    base: str
    secret: bytes

    async def ask(self, code: str, headers: Mapping[str, str] = {}, *, emit: bool = False) -> Arrived | None:
        """What arrives at a hall with our key; None where there is none. Raises HTTPError."""
        answer = await self._post(code, headers, emit=emit)
        try:
            arrived = msgspec.json.decode(answer.content, type=Arrived)
        except msgspec.DecodeError:
            return None
        expected = proof_of(self.secret, probe_in(self.secret, code) or "")
        return arrived if answer.status_code == 200 and arrived.proof == expected else None

    async def is_direct(self) -> bool:
        """Whether our own connection is the one by which the hall is asked, with nobody in between."""
        answer = await self._post(new_probe(self.secret))
        host, port = answer.extensions["network_stream"].get_extra_info("client_addr")[:2]
        return msgspec.json.decode(answer.content, type=Arrived).peer == f"{host}:{port}"

    async def _post(self, code: str, headers: Mapping[str, str] = {}, *, emit: bool = False) -> httpx.Response:
        body = msgspec.json.encode(Probe(code, emit))
        given = {"content-type": "application/json", **headers}
        return await self.client.post(self.base + PATH, content=body, headers=given)


async def _visited(settings: Settings, here: str, address: str, long: float) -> list[Finding]:
    """What somebody finds who comes by this address, and what becomes of live events on the way."""
    try:
        secret = known_key(settings)
    except SettingsError:
        return []  # that is the setting's finding
    if secret is None:
        return [note("outside", "There is no key yet by which this hall can be told from others.", "gamehall serve")]
    async with httpx.AsyncClient(
        timeout=_SECONDS, verify=httpx.create_ssl_context(), trust_env=False, headers={"user-agent": "gamehall doctor"}
    ) as client:
        way, direct = _Way(client, address, secret), _Way(client, here, secret)
        found: list[Finding] = []
        answer, wrong = await _reached(way)
        if wrong is not None:
            return [note(wrong.key, wrong.sentence, wrong.remedy) if address == here else wrong]
        arrived = await way.ask(new_probe(secret))
        if arrived is None:
            sentence = f"At {address} another hall answers: its key is not this one's."
            return [
                bad("outside", sentence, f"{remedies.PASS_ON}\nor set GAMEHALL_PUBLIC_URL to the address of this hall")
            ]
        found.append(ok("outside", f"{address} leads to this hall, to its worker {arrived.worker}."))
        if not await way.is_direct():
            found += [each async for each in _passed_on(settings, way, arrived)]
            found += _headers(settings, answer)
            found += [each async for each in _secured(way)]
        found += [each async for each in _streamed(way, direct, long)]
    return found


async def _reached(way: _Way) -> tuple[httpx.Response, Finding | None]:
    """The answer to the simplest question, and what is wrong with it."""
    try:
        answer = await way.client.get(f"{way.base}/health")
    except httpx.HTTPError as error:
        sentence = f"{way.base} cannot be reached from here: {_words(error)}."
        return httpx.Response(503), bad("outside", sentence, "Mend the name, the proxy or GAMEHALL_PUBLIC_URL")
    wrong = None
    if answer.is_redirect:
        to = answer.headers.get("location", "")
        wrong = bad("outside", f"{way.base} leads on to {to}.", f"GAMEHALL_PUBLIC_URL={to.removesuffix('/health')}")
    elif answer.status_code == 400 and b"unknown-host" in answer.content:
        name = urlsplit(way.base).hostname
        sentence = f"The hall does not answer to the name by which the proxy asks for {way.base}."
        wrong = bad(
            "outside.host",
            sentence,
            f"GAMEHALL_PUBLIC_URL={way.base} or GAMEHALL_ALLOWED_HOSTS={name}\n{remedies.KEEP_HOST}",
        )
    elif answer.status_code in (502, 503, 504):
        wrong = bad(
            "outside", f"The proxy at {way.base} does not reach the hall ({answer.status_code}).", remedies.PASS_ON
        )
    else:
        try:
            msgspec.json.decode(answer.content, type=Health)
        except msgspec.DecodeError:
            wrong = bad("outside", f"What answers at {way.base} is no hall ({answer.status_code}).", remedies.PASS_ON)
    return answer, wrong


async def _passed_on(settings: Settings, way: _Way, arrived: Arrived) -> AsyncIterator[Finding]:
    """What a proxy makes of the head of a request."""
    asked_for = urlsplit(way.base)
    if arrived.host.partition(":")[0] != (asked_for.hostname or ""):
        sentence = f"The proxy asks for {arrived.host!r} where people ask for {asked_for.netloc!r}."
        yield note("outside.host", sentence, remedies.KEEP_HOST)
    peer = arrived.peer.rpartition(":")[0]
    forged = await way.ask(new_probe(way.secret), {"x-forwarded-for": _STRANGER}) or arrived
    trusted = Proxies(settings.trusted_proxies).client(peer, [_STRANGER]) == _STRANGER
    shared = f"so for it all people are at {peer}, and share its limits"
    if forged.forwarded_for == [_STRANGER]:
        sentence = "The proxy passes on what clients say of their own addresses, so nobody can be held to a limit."
        yield bad("outside.address", sentence, remedies.ADD_ADDRESS)
    elif not arrived.forwarded_for:
        sentence = f"The proxy does not tell the hall where requests come from, {shared}."
        yield bad("outside.address", sentence, remedies.ADD_ADDRESS)
    elif not trusted and {arrived.address, forged.address} == {peer}:
        sentence = f"The hall does not believe the proxy, {shared}."
        yield bad("outside.address", sentence, f"GAMEHALL_TRUSTED_PROXIES={peer}")
    else:
        yield ok("outside.address", f"The hall sees this command at {arrived.address}, by the proxy at {peer}.")
    if arrived.http_version in ("1", "1.0"):
        sentence = "The proxy speaks HTTP/1.0 to the hall, so every request costs a connection."
        yield note("outside.http", sentence, remedies.HTTP_1_1)


def _headers(settings: Settings, answer: httpx.Response) -> Iterator[Finding]:
    """Whether what keeps browsers safe comes through."""
    sent = ((name.decode(), value.decode()) for name, value in answer_headers(settings))
    changed = sorted(name for name, value in sent if answer.headers.get(name) != value)
    if changed:
        sentence = f"On the way these headers, which keep people safe, are lost or changed: {', '.join(changed)}."
        yield bad("outside.headers", sentence, remedies.KEEP_HEADERS)
    else:
        yield ok("outside.headers", "The headers that keep people safe come through.")


async def _secured(way: _Way) -> AsyncIterator[Finding]:
    """What only HTTPS gives."""
    parts = urlsplit(way.base)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    if is_tls:
        yield await asyncio.to_thread(certificate, host, parts.port or 443)
        try:
            plain = await way.client.get(f"http://{host}/health")
        except httpx.HTTPError:
            plain = None
        if plain is not None and plain.status_code == 200:
            sentence = f"http://{host} answers without leading to https, so a password can cross the network openly."
            yield note("outside.https", sentence, remedies.TO_HTTPS)
    if not (is_tls and await asyncio.to_thread(speaks_http_2, host, parts.port or 443)):
        sentence = (
            "Browsers come by HTTP/1.1, with at most six connections: a page in each of six tabs leaves none free."
        )
        yield note("outside.connections", sentence, remedies.HTTP_2)


async def _streamed(way: _Way, direct: _Way, long: float) -> AsyncIterator[Finding]:
    """Whether live events come through at once, and whether a stream that is silent is left open."""
    code = new_probe(way.secret)
    channel = f"{PROBE}-{code}"
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(listening(direct.client, direct.base, channel))
        there = await stack.enter_async_context(listening(way.client, way.base, channel))
        began_here, began_there = await asyncio.gather(here.hears("hello", _PROMPT), there.hears("hello", _PROMPT))
        if here.status == 404 and there.status in (0, 404):
            yield note(
                "outside.stream",
                "This hall has no live events: no plugin that is on tells them.",
                "gamehall features list",
            )
            return
        if there.status not in (0, 200):
            yield bad(
                "outside.stream", f"Live events are answered with {there.status} by {way.base}.", remedies.OPEN_STREAMS
            )
            return
        asked = direct if began_here else way
        await asked.ask(code, emit=True)
        told_here, told_there = await asyncio.gather(here.hears(PROBE, _PROMPT), there.hears(PROBE, _PROMPT))
        yield _told(way.base, there, begun=began_there, prompt=told_there, directly=told_here if began_here else None)
        if long and told_there:
            yield await _idle(there, long)


def _told(address: str, there: Listener, *, begun: bool, prompt: bool, directly: bool | None) -> Finding:
    if there.encoding:
        return bad(
            "outside.stream",
            f"Live events are compressed ({there.encoding}) on the way, and held up.",
            remedies.OPEN_STREAMS,
        )
    if prompt:
        return ok("outside.stream", f"Live events come through {address} at once.")
    if directly is False:
        return bad(
            "outside.stream",
            "The hall itself did not tell of an event in time.",
            "Look into its log, and at `feed.horizon` here",
        )
    if begun:
        sentence = f"A live event did not come through {address} within {_PROMPT:.0f} s: something holds it up."
        return bad("outside.stream", sentence, remedies.OPEN_STREAMS)
    sentence = f"A stream of live events does not begin at {address} within {_PROMPT:.0f} s: something buffers it."
    return bad("outside.stream", sentence, remedies.OPEN_STREAMS)


async def _idle(there: Listener, long: float) -> Finding:
    """Whether a stream on which nothing happens is there for so long."""
    beats = there.heard["beat"]
    await there.hears("closed", long)  # or until it ends
    if there.ended:
        sentence = f"A silent stream was cut after {there.seconds:.0f} s ({there.ended})."
        return bad("outside.silence", sentence, remedies.LONG_STREAMS)
    if long > _WITH_BEATS and there.heard["beat"] == beats:
        sentence = f"In {long:.0f} s no sign of life came through a silent stream."
        return bad("outside.silence", sentence, remedies.OPEN_STREAMS)
    return ok("outside.silence", f"A silent stream was left open for {long:.0f} s.")


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
