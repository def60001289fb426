"""What packaging says of an installed plugin: what it is, where it comes from, what it needs and who needs it."""

from __future__ import annotations

from importlib import metadata

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

__all__ = ["Package", "needed_by", "package_of"]

_HOST = "gamehall"
_HOME = ("homepage", "home", "source", "repository", "documentation")


class Package(msgspec.Struct, frozen=True):
    """`hall` is which versions of the host it accepts, empty for any; `folder` is where it is worked on."""

    distribution: str
    version: str
    summary: str
    home_page: str
    license: str
    python: str
    hall: str
    requires: tuple[str, ...]
    required_by: tuple[str, ...]
    folder: str


def package_of(name: str) -> Package:
    """Raises metadata.PackageNotFoundError."""
    found = metadata.distribution(name)
    about = found.metadata.json
    needs = [Requirement(text) for text in found.requires or ()]
    return Package(
        distribution=found.name,
        version=found.version,
        summary=str(about.get("summary", "")),
        home_page=_home_page(str(about.get("home_page", "")), list(about.get("project_url", []))),
        license=str(about.get("license_expression") or about.get("license", "")),
        python=str(about.get("requires_python", "")),
        hall=next((str(each.specifier) for each in needs if canonicalize_name(each.name) == _HOST), ""),
        requires=tuple(str(each) for each in needs if canonicalize_name(each.name) != _HOST),
        required_by=tuple(needed_by(name)),
        folder=_folder(found),
    )


def needed_by(name: str) -> list[str]:
    """The installed distributions that do not do without this one."""
    wanted = canonicalize_name(name)
    return sorted({each.name for each in metadata.distributions() if wanted in _needs(each)})


def _needs(distribution: metadata.Distribution) -> set[str]:
    """What it needs here; an extra is nobody's need."""
    found: set[str] = set()
    for text in distribution.requires or ():
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found.add(canonicalize_name(requirement.name))
    return found


def _home_page(given: str, links: list[str]) -> str:
    named = {label.strip().casefold(): address.strip() for label, _, address in (each.partition(",") for each in links)}
    return given or next((named[label] for label in _HOME if label in named), next(iter(named.values()), ""))


def _folder(distribution: metadata.Distribution) -> str:
    text = distribution.read_text("direct_url.json")
    origin = msgspec.json.decode(text) if text else {}
    is_editable = origin.get("dir_info", {}).get("editable", False)
    return origin["url"].removeprefix("file://") if is_editable else ""
