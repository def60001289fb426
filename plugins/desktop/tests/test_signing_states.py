"""The dialogs' fields and the account's words, without a window."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.accounts import Registration, check_registration
from gamehall.answers import Device
from gamehall.problems import Problem
from gamehall_desktop.state.account import Account, Known, KnownHere, Offline, Online, Restoring, SignedIn, SignedOut
from gamehall_desktop.state.signing import Asked, Refused, Signing, Trying, device_lines, faults

RIGHT = {"base_url": "http://hall", "username": "ada", "email": "ada@example.org", "password": "correct horse battery"}


def test_what_is_missing_is_told_before_the_hall_is_asked() -> None:
    assert faults("register", RIGHT) == {}
    assert faults("sign_in", RIGHT | {"username": "ada@example.org", "password": "x"}) == {}
    assert set(faults("sign_in", {"base_url": "hall", "username": " "})) == {"base_url", "username", "password"}
    assert set(faults("register", {})) == {"base_url", "username", "email", "password"}


@given(
    st.text(max_size=40) | st.from_regex(r"[a-zA-Z0-9_-]{1,34}", fullmatch=True),
    st.emails() | st.text(max_size=20),
    st.text(min_size=8, max_size=14),
)
def test_nothing_is_refused_while_writing_that_the_hall_would_take(username: str, email: str, password: str) -> None:
    """And by the hall's own words: what is told here is what the hall would say."""
    told = faults("register", {"base_url": "http://hall", "username": username, "email": email, "password": password})
    try:
        check_registration(Registration(username=username, email=email, password=password))
    except Problem as problem:
        said = {error.field: error.message for error in problem.errors}
        assert told.items() <= said.items()
    else:
        assert told == {}


def test_a_dialog_follows_what_the_hall_says() -> None:
    signing = Signing()
    for message in (Asked("sign_in", "http://hall", "ada", "Why."), Trying()):
        signing.take(message)
    assert (signing.form, signing.username, signing.reason, signing.busy) == ("sign_in", "ada", "Why.", True)
    signing.take(Refused("", {"code": "Wrong."}, True))
    assert (signing.busy, signing.errors, signing.code_needed) == (False, {"code": "Wrong."}, True)
    signing.take(Asked("register", username="ada"))
    assert (signing.form, signing.username, signing.code_needed, signing.errors) == ("register", "ada", False, {})
    signing.take(Refused("too late"))
    assert signing.fault == ""
    signing.take(SignedIn("ada", "http://hall"))
    assert signing.form is None


def test_an_account_is_online_or_not() -> None:
    account = Account()
    assert (account.label, account.banner(0)) == ("", "")
    account.take(Restoring("ada", "https://play.example.org"))
    account.take(Offline("Nothing answers.", 14.0))
    assert (account.label, account.banner(10.5)) == ("ada @ play.example.org", "Offline – asking again in 4 s")
    assert account.banner(14.5) == "Offline – asking again …"
    account.take(SignedIn("ada", "https://play.example.org"))
    assert (account.username, account.restoring, account.banner(0)) == ("ada", None, "")
    account.take(Offline("Nothing answers.", 1))
    account.take(Online())
    assert account.username == "ada"
    account.take(KnownHere((Known("ada", "ada", "https://play.example.org"),)))
    assert account.known[0].label == "ada @ play.example.org"
    account.take(SignedOut("Why."))
    assert account.username is None
    assert (account.notice, account.label) == ("Why.", "")


@pytest.mark.parametrize(
    ("info", "about"),
    [
        (
            {"os": "Linux", "version": "6.1", "app": "gamehall-desktop", "app_version": "0.1.0"},
            "gamehall-desktop 0.1.0 · Linux 6.1 · ",
        ),
        ({}, ""),
    ],
)
def test_a_device_in_two_lines(info: dict[str, str], about: str) -> None:
    at = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
    device = Device("t", "laptop", info, at, at, at, current=True)
    assert device_lines(device) == ("laptop (this one)", f"{about}last used 2026-05-04 03:02")
