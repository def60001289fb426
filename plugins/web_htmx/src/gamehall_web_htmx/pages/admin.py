"""For admins: what is on, what is installed and how it does, who is here."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from gamehall.accounts import printable
from gamehall.asking import HttpRequest
from gamehall.declare import Host, Principal
from gamehall.features import SIGNUP, Switches, late_workers, read_switches, switch
from gamehall.languages import catalogue
from gamehall.naming import title_of
from gamehall.overseeing import find_users
from gamehall_web_htmx.forms import read_form
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["ADMIN_PAGES"]

_ = catalogue(__name__)

_PEOPLE = 50
_OWN = "web_htmx"
_LOOKS, _STEP = 60, 0.05  # how often, and with so many seconds in between

Number = Annotated[int, QueryParameter(ge=0, lt=2**31)]


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """One switch, with the rulesets that go with it.

    A plugin that failed has its `reason`, and `faults` counts what of it has failed since the start; the pages' own
    cannot be used from a page.
    """

    key: str
    label: str
    note: str
    is_on: bool
    rulesets: tuple[str, ...] = ()
    reason: str = ""
    faults: int = 0
    usable: bool = True


@get("/admin")
async def admin_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    admin: NamedDependency[Principal],
    find: FromQuery[str] = "",
    switched: FromQuery[str] = "",
    deleted: FromQuery[str] = "",
    epoch: Number = 0,
    games: Number = 0,
) -> Response[Any]:
    """With `switched`, where a switch leads to, it says how that stands and which workers have not taken it up."""
    groups = _switch_rows(site.host, await site.host.read(read_switches))
    people = await site.host.read(find_users, printable(find).strip(), _PEOPLE + 1)
    return site.page(
        request,
        visitor,
        "admin.html",
        groups=groups,
        switched=next((row for rows in groups.values() for row in rows if row.key == switched), None),
        late=await site.host.read(late_workers, epoch),
        query=request.url.query,
        games=games,
        failed=[row for rows in groups.values() for row in rows if row.reason],
        people=people[:_PEOPLE],
        more=len(people) > _PEOPLE,
        find=find,
        deleted=bool(deleted),
    )


def _switch_rows(host: Host, switches: Switches) -> dict[str, list[SwitchRow]]:
    plugins = [
        SwitchRow(
            key=plugin.name,
            label=plugin.name.replace("_", " ").capitalize(),
            note=f"{plugin.distribution} {plugin.version}",
            is_on=plugin.name in switches,
            rulesets=tuple(key for key in host.rulesets if host.plugin_of(key) == plugin.name),
            reason=plugin.reason,
            faults=plugin.failures,
            usable=plugin.name != _OWN,
        )
        for plugin in host.installed_plugins
    ]
    games = [
        SwitchRow(f"ruleset:{key}", title_of(ruleset), key, f"ruleset:{key}" in switches, (key,))
        for key, ruleset in sorted(host.rulesets.items())
    ]
    signup = SwitchRow(SIGNUP, _("New accounts"), _("Whether anybody can register."), SIGNUP in switches)
    return {_("The hall"): [signup], _("Plugins"): plugins, _("Kinds of games"): games}


@post("/admin/features")
async def admin_switch(
    request: HttpRequest, site: NamedDependency[Site], admin: NamedDependency[Principal]
) -> Response[Any]:
    """Switches, and waits a moment until every worker has taken it up."""
    typed = await read_form(request)
    key, on = typed.get("key", ""), typed.get("state") == "on"
    rows = _switch_rows(site.host, await site.host.read(read_switches))
    usable = {row.key: row.rulesets for group in rows.values() for row in group if row.usable}
    suspend = typed.get("suspend") == "on"
    made = await site.host.write(switch, [key], on=on, by=admin.username, known=usable, suspend=suspend)
    for _look in range(_LOOKS):
        if not await site.host.read(late_workers, made.epoch):
            break
        await asyncio.sleep(_STEP)
    told = {"switched": key, "epoch": made.epoch} | ({"games": made.games} if made.games else {})
    return site.go(f"/admin?{urlencode(told)}")


ADMIN_PAGES = [admin_page, admin_switch]
