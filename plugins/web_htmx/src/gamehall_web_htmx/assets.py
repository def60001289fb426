"""Styles, scripts and pictures: a fixed list made at the start, each under a name that changes with its content."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.util import find_spec

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.asking import HttpRequest, host_of
from gamehall.declare import Host
from gamehall.problems import Problem

from .caching import FOREVER, has_already
from .compression import takes_gzip

__all__ = ["Assets", "assets_of", "serve_asset", "serve_plugin_asset"]

_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".js": "text/javascript",
    ".txt": "text/plain",
    ".png": "image/png",
    ".webp": "image/webp",
}
_LARGEST_PIECE = 20_000  # bytes: every piece on a board is loaded at once
_SQUEEZED = {".png", ".webp"}  # compressed by their own kind
# Files that are asked for together are one: a request costs half a kilobyte of headers. In this order.
_TOGETHER = {
    "hall.css": ("bootstrap.min.css", "sizes.css", "app.css", "board.css"),
    "hall.js": ("htmx.min.js", "hx-sse.min.js", "live.js"),
    "game.js": ("board.js", "aim.js", "play.js", "clock.js", "replay.js"),
}
_DEBUG = "debug.js"  # is there with the setting alone
LARGEST_SIZE = 64  # boards up to this many cells across have their own classes


@dataclass(frozen=True, slots=True)
class Asset:
    """What is served: the tag is the beginning of its SHA-256, `gzipped` None where it would not be smaller."""

    content: bytes
    gzipped: bytes | None
    media_type: str
    tag: str


class Assets:
    """Every asset by its file's name; those of another plugin are named behind its own: `friends/list.css`."""

    def __init__(self, files: dict[str, Asset]) -> None:
        self._files = files

    def url(self, name: str) -> str:
        """The asset's address. Raises KeyError for a name that is none."""
        return f"/static/{self._files[name].tag}/{name}"

    def drawing(self, name: str) -> str:
        """The address of a piece that a plugin draws, such as `chess/white-king`; empty where there is none."""
        file = f"{name}.svg".replace("/", ".", 1)
        return self.url(file) if "/" in name and file in self._files else ""

    def find(self, tag: str, name: str) -> Asset | None:
        asset = self._files.get(name)
        return asset if asset is not None and asset.tag == tag else None


def assets_of(host: Host) -> Assets:
    """The files that can be served from our package's folder `static/` and those of the plugins that work, the pieces
    that they draw, and what is made here: `sizes.css`, and the files of those that are asked for together."""
    own = _files(__package__, "static")
    files = {name: _asset(name, content) for name, content in own if host.settings.debug or name != _DEBUG}
    files["sizes.css"] = _asset("sizes.css", _sizes().encode())
    for whole, parts in _TOGETHER.items():
        files[whole] = _asset(whole, b"\n".join(files[name].content for name in parts))
    for plugin in (each.name for each in host.installed_plugins if not each.reason):
        package = f"gamehall_{plugin}"
        if package != __package__:
            files |= {f"{plugin}/{name}": _asset(name, content) for name, content in _files(package, "static")}
        for name, content in _files(package, "pieces"):
            if name.endswith(".svg") and len(content) <= _LARGEST_PIECE:
                files[f"{plugin}.{name}"] = _asset(name, content)
    return Assets(files)


def _files(package: str | None, folder_name: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each; a plugin that is one module, without a folder of its own, has none."""
    found = find_spec(package) if package else None
    if found is None or not found.submodule_search_locations:
        return
    folder = resources.files(found.name).joinpath(folder_name)
    if folder.is_dir():
        yield from ((file.name, file.read_bytes()) for file in folder.iterdir() if _suffix(file.name) in _TYPES)


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]


@cache  # to compress takes longest, and a worker makes its pages and its pages of errors from the same files
def _asset(name: str, content: bytes) -> Asset:
    suffix = _suffix(name)
    gzipped = None if suffix in _SQUEEZED else gzip.compress(content, mtime=0)
    if gzipped is not None and len(gzipped) >= len(content):
        gzipped = None
    return Asset(content, gzipped, _TYPES[suffix], hashlib.sha256(content).hexdigest()[:8])


def _sizes() -> str:
    """A class for each number of columns and rows, and for each of them: the pages' policy forbids style attributes."""
    counts = (f".w{n}{{--w:{n}}}.h{n}{{--h:{n}}}" for n in range(1, LARGEST_SIZE + 1))
    places = (f".r{n}{{--r:{n}}}.k{n}{{--k:{n}}}" for n in range(LARGEST_SIZE))
    return "".join((*counts, *places))


@get("/static/{tag:str}/{name:str}", opt={"who": "anybody", "object": "everybody"})
async def serve_asset(
    request: HttpRequest, assets: NamedDependency[Assets], tag: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    return _serve(request, assets.find(tag, name))


@get("/static/{tag:str}/{plugin:str}/{name:str}", opt={"who": "anybody", "object": "everybody"})
async def serve_plugin_asset(
    request: HttpRequest,
    assets: NamedDependency[Assets],
    tag: FromPath[str],
    plugin: FromPath[str],
    name: FromPath[str],
) -> Response[bytes]:
    """What belongs to the pages of a plugin; pieces of a game stay when it is off, since running games go on."""
    is_on = plugin in host_of(request).features
    return _serve(request, assets.find(tag, f"{plugin}/{name}") if is_on else None)


def _serve(request: HttpRequest, asset: Asset | None) -> Response[bytes]:
    """The asset, compressed for whoever takes that; or only that it is still the same."""
    if asset is None:
        raise Problem("not-found")
    squeezed = asset.gzipped is not None and takes_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{asset.tag}-gzip"' if squeezed else f'"{asset.tag}"'
    # A drawing is opened by itself as well, and is a document then.
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    headers = {"Cache-Control": FOREVER, "ETag": etag, "Content-Security-Policy": policy}
    if asset.gzipped is not None:
        headers["Vary"] = "Accept-Encoding"
    if has_already(request, etag):
        return Response(b"", status_code=304, media_type=asset.media_type, headers=headers)
    if squeezed:
        headers["Content-Encoding"] = "gzip"
    content = asset.gzipped if squeezed else asset.content
    return Response(content or b"", media_type=asset.media_type, headers=headers)
