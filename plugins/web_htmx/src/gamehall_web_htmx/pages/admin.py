"""For admins: what is on, what is installed, who is here."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from gamehall.accounts import printable
from gamehall.asking import HttpRequest
from gamehall.declare import Host, Principal
from gamehall.features import SIGNUP, Switches, read_switches, switch
from gamehall.problems import Problem
from gamehall.tables import user
from gamehall_web_htmx.forms import read_form
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["ADMIN_PAGES"]

_PEOPLE = 50
_OWN = "web_htmx"


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """One switch, with the rulesets that go with it.

    A plugin that failed has its reason; the pages' own cannot be used from a page.
    """

    key: str
    label: str
    note: str
    is_on: bool
    reason: str
    usable: bool
    rulesets: tuple[str, ...] = ()


@get("/admin")
async def admin_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
    find: FromQuery[str] = "",
) -> Response[Any]:
    _only_admins(caller)
    switches = await site.host.read(read_switches)
    people = await site.host.read(_people, printable(find).strip())
    return site.page(
        request,
        visitor,
        "admin.html",
        groups=_switch_rows(site.host, switches),
        people=people[:_PEOPLE],
        more=len(people) > _PEOPLE,
        find=find,
    )


def _only_admins(caller: Principal) -> None:
    if not caller.is_admin:
        raise Problem("forbidden", "Only admins can look after the hall.")


def _switch_rows(host: Host, switches: Switches) -> dict[str, list[SwitchRow]]:
    plugins = [
        SwitchRow(
            key=plugin.name,
            label=plugin.name.replace("_", " ").capitalize(),
            note=f"{plugin.distribution} {plugin.version}",
            is_on=plugin.name in switches,
            reason=plugin.reason,
            usable=plugin.name != _OWN,
            rulesets=tuple(key for key in host.rulesets if host.plugin_of(key) == plugin.name),
        )
        for plugin in host.installed_plugins
    ]
    games = [
        SwitchRow(f"ruleset:{key}", ruleset.title, key, f"ruleset:{key}" in switches, "", True, (key,))
        for key, ruleset in sorted(host.rulesets.items())
    ]
    signup = SwitchRow(SIGNUP, "New accounts", "Whether anybody can register.", SIGNUP in switches, "", usable=True)
    return {"The hall": [signup], "Games": games, "Plugins": plugins}


def _people(connection: sa.Connection, find: str) -> list[sa.Row[Any]]:
    columns = (user.c.username, user.c.display_name, user.c.is_admin, user.c.is_active, user.c.created_at)
    query = sa.select(*columns).order_by(user.c.username_key).limit(_PEOPLE + 1)
    if find:
        query = query.where(user.c.username_key.startswith(find.casefold(), autoescape=True))
    return list(connection.execute(query))


@post("/admin/features")
async def admin_switch(
    site: NamedDependency[Site], caller: NamedDependency[Principal], request: HttpRequest
) -> Response[Any]:
    _only_admins(caller)
    typed = await read_form(request)
    rows = _switch_rows(site.host, await site.host.read(read_switches))
    usable = {row.key: row.rulesets for group in rows.values() for row in group if row.usable}
    on = typed.get("state") == "on"
    await site.host.write(switch, [typed.get("key", "")], on=on, by=caller.username, known=usable)
    return site.go("/admin")


ADMIN_PAGES = [admin_page, admin_switch]
