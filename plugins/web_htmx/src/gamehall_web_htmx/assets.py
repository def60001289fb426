"""Styles and pictures: a fixed list made at the start, each under a name that changes with its content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.problems import Problem

__all__ = ["Assets", "load_assets", "serve_asset"]

_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".js": "text/javascript",
    ".txt": "text/plain",
}
_LARGEST_PIECE = 20_000  # bytes: every piece on a board is loaded at once
LARGEST_SIZE = 64  # boards up to this many cells across have their own classes


@dataclass(frozen=True, slots=True)
class Asset:
    """What is served: the tag is the beginning of its SHA-256."""

    content: bytes
    media_type: str
    tag: str


class Assets:
    """Every asset by its file's name."""

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


def load_assets(plugins: Iterable[str] = ()) -> Assets:
    """The files in `static/` that can be served, one made here, and the pieces that these plugins draw."""
    files = {"sizes.css": _asset(".css", _sizes().encode())}
    for plugin in plugins:
        files |= {f"{plugin}.{name}": _asset(".svg", content) for name, content in _pieces(plugin)}
    for file in resources.files(__package__).joinpath("static").iterdir():
        suffix = file.name[file.name.rfind(".") :]
        if suffix in _TYPES:
            files[file.name] = _asset(suffix, file.read_bytes())
    return Assets(files)


def _pieces(plugin: str) -> Iterable[tuple[str, bytes]]:
    """(name, content) of each drawing in the folder `pieces` of a plugin's package; a plugin may be a module alone."""
    try:
        folder = resources.files(f"gamehall_{plugin}").joinpath("pieces")
    except TypeError:
        return
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.name.endswith(".svg") and len(content := file.read_bytes()) <= _LARGEST_PIECE:
            yield file.name, content


def _asset(suffix: str, content: bytes) -> Asset:
    return Asset(content, _TYPES[suffix], hashlib.sha256(content).hexdigest()[:8])


def _sizes() -> str:
    """A class for each number of columns and rows, and for each of them: the pages' policy forbids style attributes."""
    counts = (f".w{n}{{--w:{n}}}.h{n}{{--h:{n}}}" for n in range(1, LARGEST_SIZE + 1))
    places = (f".r{n}{{--r:{n}}}.k{n}{{--k:{n}}}" for n in range(LARGEST_SIZE))
    return "".join((*counts, *places))


@get("/static/{tag:str}/{name:str}")
async def serve_asset(assets: NamedDependency[Assets], tag: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    asset = assets.find(tag, name)
    if asset is None:
        raise Problem("not-found")
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        # A drawing is opened by itself as well, and is a document then.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    return Response(asset.content, media_type=asset.media_type, headers=headers)
