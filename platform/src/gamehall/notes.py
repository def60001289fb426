"""What the hall tells players of a game: notes that are stored with it and notices, both in English, and what people
read of them."""

from __future__ import annotations

from gamehall.languages import ENGLISH, N_, catalogue, language

__all__ = ["GOES_ON", "GUEST_STAYS", "RULES_CHANGED", "RULES_FAILED", "SWITCHED_OFF", "note_words"]

_ = catalogue(__name__)

SWITCHED_OFF = N_("The operator has switched this game off for now.")
RULES_FAILED = N_("The rules of this game failed ({error}). Nothing is lost; the operator has been told.")
RULES_CHANGED = N_(
    "The rules of this game have changed. Nothing is lost: it goes on when rules that fit it are installed."
)
"""Behind it stands more, for the author of the rules."""
GOES_ON = N_("The game goes on.")
GUEST_STAYS = N_("The guest has an account: @{username}.")


def note_words(stored: str) -> str:
    """What was stored in English, in the present language, as far as it is for players."""
    if language() != ENGLISH and stored.startswith(RULES_CHANGED):
        return _(RULES_CHANGED)
    return _.said_again(stored, SWITCHED_OFF, RULES_FAILED, GOES_ON, GUEST_STAYS)
