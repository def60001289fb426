"""For admins: what is on, what is installed and how it does, who is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from gamehall.accounts import printable
from gamehall.asking import HttpRequest
from gamehall.declare import Host, Principal
from gamehall.features import FeatureState, known_features, list_features, not_taken_up, switch
from gamehall.languages import catalogue
from gamehall.naming import title_of
from gamehall.overseeing import find_users
from gamehall.problems import Problem
from gamehall.workers import late_workers
from gamehall_web_htmx.forms import read_form
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["ADMIN_PAGES"]

_ = catalogue(__name__)

_PEOPLE = 50
_OWN = "web_htmx"
_PATIENCE = 3.0

Number = Annotated[int, QueryParameter(ge=0, lt=2**31)]


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """One switch as it stands, in words, with the rulesets that go with it.

    `faults` counts what of a plugin has failed since the start; the pages' own cannot be used from a page.
    """

    state: FeatureState
    label: str
    note: str
    rulesets: tuple[str, ...] = ()
    faults: int = 0

    @property
    def usable(self) -> bool:
        return self.state.key != _OWN


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
    host = site.host
    groups = _switch_rows(host, await host.read(list_features, known_features(host.installed_plugins)))
    people = await host.read(find_users, printable(find).strip(), _PEOPLE + 1)
    return site.page(
        request,
        visitor,
        "admin.html",
        groups=groups,
        switched=next((row for rows in groups.values() for row in rows if row.state.key == switched), None),
        late=await host.read(late_workers, epoch),
        query=request.url.query,
        games=games,
        failed=[row for rows in groups.values() for row in rows if row.state.reason],
        people=people[:_PEOPLE],
        more=len(people) > _PEOPLE,
        find=find,
        deleted=bool(deleted),
    )


def _switch_rows(host: Host, states: Sequence[FeatureState]) -> dict[str, list[SwitchRow]]:
    plugins = {plugin.name: plugin for plugin in host.installed_plugins}
    groups: dict[str, list[SwitchRow]] = {_("The hall"): [], _("Plugins"): [], _("Kinds of games"): []}
    hall, extensions, games = groups.values()
    for state in states:
        key = state.key.removeprefix("ruleset:")
        if (plugin := plugins.get(key)) is not None and state.kind == "plugin":
            label, note = _plugin_label(key), f"{plugin.distribution} {plugin.version}"
            extensions.append(SwitchRow(state, label, note, plugin.rulesets, plugin.failures))
        elif state.kind == "plugin":
            extensions.append(SwitchRow(state, _plugin_label(key), key))
        elif state.kind == "ruleset":
            ruleset = host.rulesets.get(key)
            games.append(SwitchRow(state, title_of(ruleset) if ruleset else key, key, (key,)))
        else:
            hall.append(SwitchRow(state, _("New accounts"), _("Whether anybody can register.")))
    return groups


def _plugin_label(name: str) -> str:
    return name.replace("_", " ").capitalize()


@post("/admin/features")
async def admin_switch(
    request: HttpRequest, site: NamedDependency[Site], admin: NamedDependency[Principal]
) -> Response[Any]:
    """Switches, and waits a moment until every worker has taken it up."""
    typed, host = await read_form(request), site.host
    key, on, suspend = typed.get("key", ""), typed.get("state") == "on", typed.get("suspend") == "on"
    if key == _OWN:
        raise Problem("not-found", _("The pages cannot switch themselves off; the command line can."))
    known = known_features(host.installed_plugins)
    made = await host.write(switch, [key], on=on, by=admin.username, known=known, suspend=suspend)
    await not_taken_up(host, made.epoch, _PATIENCE)
    told = {"switched": key, "epoch": made.epoch} | ({"games": made.games} if made.games else {})
    return site.go(f"/admin?{urlencode(told)}")


ADMIN_PAGES = [admin_page, admin_switch]
