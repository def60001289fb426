"""The audit log in the words of people: a sentence for each kind."""

from __future__ import annotations

from collections.abc import Mapping

from gamehall.audit import Entry
from gamehall.languages import N_, catalogue

__all__ = ["GROUPS", "sentence_of"]

_ = catalogue(__name__)

GROUPS: Mapping[str, str] = {
    "sign_in": N_("Sign-ins"),
    "session": N_("Browsers"),
    "token": N_("Devices and tokens"),
    "account": N_("Accounts"),
    "factor": N_("Second steps"),
    "passkey": N_("Passkeys"),
    "feature": N_("Switches"),
    "game": N_("Games"),
}
"""What kinds begin with, and what the list of them calls that."""

_SENTENCES = {
    "sign_in": N_("{about} signed in."),
    "sign_in.failed": N_("Somebody failed to sign in as {about}."),
    "sign_in.code_failed": N_("A code for signing in as {about} was wrong."),
    "session.ended": N_("A browser of {about} was signed out."),
    "session.confirmed": N_("{about} proved once more who is there."),
    "token.issued": N_("{about} was given a token, for a device or a script."),
    "token.revoked": N_("A token of {about} was revoked."),
    "token.reused": N_("An old token of {about} was used again: it may be stolen, so whoever has it was cut off."),
    "account.registered": N_("{about} made an account."),
    "account.password_changed": N_("The password of {about} was changed."),
    "account.password_reset": N_("The password of {about} was set anew by a link."),
    "account.reset_asked": N_("A link to set the password of {about} anew was asked for."),
    "account.email_changed": N_("The e-mail address of {about} was changed."),
    "account.deleted": N_("An account was deleted."),
    "account.disabled": N_("{about} was kept out."),
    "account.enabled": N_("{about} was let in again."),
    "account.promoted": N_("{about} became an admin."),
    "account.demoted": N_("{about} is no admin any more."),
    "account.signed_out_everywhere": N_("{about} was signed out everywhere."),
    "factor.added": N_("{about} set up a second step for signing in."),
    "factor.removed": N_("The second step of {about} was removed."),
    "factor.recovery_used": N_("{about} signed in with a recovery code."),
    "factor.recovery_renewed": N_("{about} was given new recovery codes."),
    "passkey.added": N_("{about} added a passkey."),
    "passkey.removed": N_("A passkey of {about} was removed."),
    "feature.on": N_("The switch {subject} was turned on."),
    "feature.off": N_("The switch {subject} was turned off."),
    "game.aborted": N_("The game {subject} was ended by whoever runs this hall."),
}
_UNKNOWN_NAME = N_("a name that is unknown here")
_GONE = N_("somebody who is not here any more")


def sentence_of(entry: Entry) -> str:
    """What happened; of a kind that nobody foresaw, the kind and what it was about."""
    sentence = _SENTENCES.get(entry.kind)
    if sentence is None:
        return " ".join(filter(None, (entry.kind, entry.about, entry.subject)))
    nobody = _(_UNKNOWN_NAME) if entry.kind == "sign_in.failed" else _(_GONE)
    about = f"@{entry.about}" if entry.about else nobody
    said = _(sentence, about=about, subject=entry.subject)
    return said[:1].upper() + said[1:]
