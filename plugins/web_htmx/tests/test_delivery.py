"""How pages and what belongs to them travel: compressed, asked for once, and nothing to be told from their lengths."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import gamehall_web_htmx
from rig.hall import Client, Hall, InstallPlugin, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]

KINDS = {".css": "text/css", ".svg": "image/svg+xml", ".js": "text/javascript"}


async def raw(client: Client, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """The answer and its body as it travelled."""
    async with client.stream("GET", path, headers={"Accept-Encoding": "identity"} | headers) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


def parts(page: Any) -> list[str]:
    """What a page asks for besides itself."""
    return [*(given["href"] for tag, given in page.attributes if tag == "link"), *page.attribute("script", "src")]


async def test_static_files_are_what_they_say_and_asked_for_once(hall: Hall, person: Make) -> None:
    links = parts(await person().page("/games"))
    assert [link.rpartition("/")[2] for link in links if link.endswith(".css")] == ["hall.css"]
    for link in links:
        plain, content = await raw(hall.root, link)
        assert plain.headers["content-type"].split(";")[0] == KINDS[link[link.rfind(".") :]]
        packed, squeezed = await raw(hall.root, link, **{"Accept-Encoding": "br, gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(squeezed) == content
        assert len(squeezed) < len(content)
        assert plain.headers["etag"] != packed.headers["etag"]
        for answer in (plain, packed):
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["vary"] == "Accept-Encoding"
            assert answer.headers["x-content-type-options"] == "nosniff"
        known = {"If-None-Match": f'"other", {packed.headers["etag"]}', "Accept-Encoding": "gzip"}
        again, nothing = await raw(hall.root, link, **known)
        assert (again.status_code, nothing) == (304, b"")
        refused, _ = await raw(hall.root, link, **{"Accept-Encoding": "gzip;q=0, br"})
        assert "content-encoding" not in refused.headers


def test_what_others_wrote_is_of_the_version_that_is_named_and_unchanged() -> None:
    static = Path(str(gamehall_web_htmx.__file__)).parent / "static"
    sections = re.findall(r"^(\S+\.min\..*)\n((?:  .*\n)+)", (static / "NOTICE.txt").read_text(), re.MULTILINE)
    told = {
        name: digest
        for names, text in sections
        for name, digest in zip(names.split(", "), re.findall(r"SHA-256 (\w+)", text), strict=True)
    }
    assert told == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in static.glob("*.min.*")}
    assert all(re.search(r"@\d+\.\d+\.\d+", text) for _, text in sections)


async def test_nothing_else_lies_beside_them(hall: Hall, person: Make) -> None:
    tag = parts(await person().page("/"))[0].split("/")[2]
    for path in (f"/static/{tag}/..%2f__init__.py", f"/static/{tag}/%2e%2e/site.py", "/static/00000000/hall.css",
                 f"/static/{tag}/templates", f"/static/{tag}/%00", f"/static/{tag}/friends/pages.py",
                 f"/static/{tag}/web_htmx/hall.css"):  # fmt: skip
        assert (await hall.root.get(path)).status_code == 404, path


DECLARES_A_PAGE = """
from gamehall import hookimpl

async def context(caller, query):
    return {}

@hookimpl(optionalhook=True)
def web_pages(host):
    from gamehall_web_htmx.declare import Page
    return [Page("/garden", "Garden", "garden/page.html", context)]
"""

GARDEN = """{% extends "web_htmx/base.html" %}
{% block content %}<h1>Garden</h1><img src="{{ asset("garden/rose.svg") }}" alt="A rose">{% endblock %}"""
ROSE = '<svg xmlns="http://www.w3.org/2000/svg"/>'


async def test_a_plugins_own_files_are_served_like_the_halls(
    start_hall: StartHall, install_plugin: InstallPlugin, newcomer: Make
) -> None:
    package: Path = install_plugin("garden", DECLARES_A_PAGE) / "gamehall_garden"
    files = {"templates/page.html": GARDEN, "static/rose.svg": ROSE, "static/secret.py": "1"}
    for name, content in files.items():
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text(content)
    hall = await start_hall()
    page = await (await newcomer(hall).register("ada")).page("/garden")
    (rose,) = [path for path in page.attribute("img", "src") if path.endswith("rose.svg")]
    answer = await hall.root.get(rose)
    assert answer.headers["content-type"].split(";")[0] == "image/svg+xml"
    assert answer.text == ROSE
    assert "immutable" in answer.headers["cache-control"]
    (package / "static/thorn.svg").symlink_to("/etc/passwd")
    for other in ("secret.py", "thorn.svg"):  # what can be had was read at the start
        assert (await hall.root.get(rose.replace("rose.svg", other))).status_code == 404


async def test_pages_are_compressed_for_whoever_takes_that(hall: Hall) -> None:
    stranger = hall.stranger()
    plain, whole = await raw(stranger, "/login")
    packed, squeezed = await raw(stranger, "/login", **{"Accept-Encoding": "gzip, deflate, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(squeezed) < len(whole) / 2
    assert gzip.decompress(squeezed) == whole
    for answer in (plain, packed):
        assert answer.headers["vary"] == "Accept-Encoding"
    missing, _ = await raw(stranger, "/games/nothing", **{"Accept": "text/html", "Accept-Encoding": "gzip"})
    assert (missing.status_code, missing.headers["content-encoding"]) == (404, "gzip")


async def test_a_forms_token_reads_differently_each_time(players: list[Any]) -> None:
    ada, _ = players
    forms = [(await ada.page("/settings")).form("/settings").values for _ in range(3)]
    tokens = [form["form_token"] for form in forms]
    # Neither half of it stays: that could be told from how well a page compresses.
    assert len({token[:32] for token in tokens}) == len({token[32:] for token in tokens}) == 3
    for form in forms:
        assert (await ada.post("/settings", form | {"display_name": "Ada"})).status_code == 303
