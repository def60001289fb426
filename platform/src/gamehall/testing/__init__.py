"""What a plugin's author tests with.

`check_ruleset` plays a ruleset at random and checks every promise that the hall relies on; `perft` counts its games,
for a number to pin; `record_golden` and `check_golden` keep whole games that must replay to the same end for as long
as the ruleset's version stays. Each raises AssertionError with a sentence that says what to mend, in any test runner;
`gamehall plugins check` tells the same promise by promise, with the numbers to pin::

    def test_promises():
        check_ruleset(MyGame())

    def test_number_of_games():
        assert perft(MyGame(), 3) == 504

    def test_old_games():
        check_golden(MyGame(), Path(__file__).parent / "golden")

`check_plugin` takes an installed plugin of any kind through its whole life in a hall::

    def test_my_plugin():
        check_plugin("my_plugin")

And the fixture `new_hall` is a running hall (`gamehall.testing.hall`) with every installed plugin::

    def test_it_is_played(new_hall):
        assert new_hall.play("my-game", "a1 b2 c3")["result"]["winner"] == 0
"""

from typing import TYPE_CHECKING, Any

from .golden import check_golden, record_golden
from .rules import check_ruleset, perft

if TYPE_CHECKING:
    from .plugin import check_plugin

__all__ = ["check_golden", "check_plugin", "check_ruleset", "perft", "record_golden"]


def __getattr__(name: str) -> Any:
    if name != "check_plugin":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .plugin import check_plugin  # imports the web and the database, which authors of rules do without

    return check_plugin
