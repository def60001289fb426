"""The games that can be played here."""

from litestar import Router, get
from litestar.params import FromPath

from gamehall.answers import Page, RulesetInfo
from gamehall.api.views import ruleset_view
from gamehall.asking import HttpRequest, host_of
from gamehall.declare import Host
from gamehall.problems import Problem

__all__ = ["rulesets"]


def offered(host: Host) -> list[RulesetInfo]:
    """Every ruleset that is on, by key."""
    return [ruleset_view(host.plugin_of(key), ruleset) for key, ruleset in sorted(host.offered_rulesets.items())]


@get("/", opt={"who": "anybody"})
async def list_rulesets(request: HttpRequest) -> Page[RulesetInfo]:
    """Every ruleset that is on; the list is never cut."""
    return Page(offered(host_of(request)), None)


@get("/{key:str}", opt={"who": "anybody", "object": "everybody"})
async def show_ruleset(request: HttpRequest, key: FromPath[str]) -> RulesetInfo:
    """One ruleset."""
    host = host_of(request)
    if (ruleset := host.offered_rulesets.get(key)) is None:
        raise Problem("not-found", f"There is no ruleset {key!r} here.")
    return ruleset_view(host.plugin_of(key), ruleset)


rulesets = Router("/rulesets", route_handlers=[list_rulesets, show_ruleset], tags=["rulesets"])
