"""What plugins say of who may do what, and of who does not meet whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from gamehall.database import is_away
from gamehall.declare import Hiding, Host, Policy, Question, Verdict
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.tasks import calling
from gamehall.tracing import part

__all__ = ["kept_apart", "refused_to", "verdict_of"]

_ = catalogue(__name__)

T = TypeVar("T")

_SECONDS = 2.0
_UNDECIDED = _("This cannot be decided at the moment; try again later.")


async def verdict_of(host: Host, question: Question, *subjects: str) -> Verdict:
    """The first no, or yes; a policy that fails says no. Raises Problem `busy` for one that is late, and what says that
    the database is away: nobody has refused anything then."""
    for plugin, policy in _policies(host, question):
        verdict = await _asked(host, plugin, question, policy.answer(*subjects), _verdict)
        if verdict is None:
            return Verdict(False, _UNDECIDED)
        if not verdict.allowed:
            return verdict
    return Verdict(True)


async def refused_to(host: Host, user_id: str, game_ids: Sequence[str]) -> frozenset[str]:
    """Which of the games the user may not watch. Raises as `verdict_of` does."""
    refused: set[str] = set()
    for plugin, policy in _policies(host, "watch"):
        left = [each for each in game_ids if each not in refused]
        if policy.refuses is not None:
            found = await _asked(host, plugin, "watch", policy.refuses(user_id, left), frozenset)
            refused |= frozenset(left) if found is None else found
            continue
        for each in left:
            verdict = await _asked(host, plugin, "watch", policy.answer(user_id, each), _verdict)
            if verdict is None or not verdict.allowed:
                refused.add(each)
    return frozenset(refused)


def _policies(host: Host, question: Question) -> Iterator[tuple[str, Policy]]:
    declared: list[tuple[str, Policy]] = host.declared("gamehall_policies")
    return ((plugin, policy) for plugin, policy in declared if policy.question == question)


async def _asked(
    host: Host, plugin: str, question: Question, answer: Awaitable[Any], taken: Callable[[Any], T]
) -> T | None:
    """What a policy answers, None when it fails: who may do what must not open by accident."""
    what = f"the policy for {question!r}"
    try:
        with part("policy", plugin, question):
            async with calling(plugin, _SECONDS):
                return taken(await answer)
    except TimeoutError as error:
        host.fault(plugin, what, error)
        raise Problem("busy", _UNDECIDED) from error
    except (Exception, SystemExit) as error:
        if is_away(error):
            raise
        host.fault(plugin, what, error)
        return None


def _verdict(given: object) -> Verdict:
    if not isinstance(given, Verdict):
        raise TypeError(f"expected Verdict, got {type(given).__name__}")
    return given


async def kept_apart(host: Host, user_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Whom each of the users does not meet. What fails hides nobody, and a list is shown all the same."""
    found: dict[str, frozenset[str]] = dict.fromkeys(user_ids, frozenset())
    hidings: list[tuple[str, Hiding]] = host.declared("gamehall_hidings")
    for plugin, hiding in hidings:
        try:
            async with calling(plugin, _SECONDS):
                for user_id, others in (await hiding.apart(user_ids)).items():
                    found[user_id] |= frozenset(others)
        except (Exception, SystemExit) as error:  # noqa: BLE001
            host.fault(plugin, "what it hides", error)
    return found
