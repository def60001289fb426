"""The dialogs' widgets without a display: built, read, and pressed. Each runs in a process of its own, since a mistake
with DearPyGui ends it."""

from __future__ import annotations

import subprocess
import sys

import pytest

# A desk whose session only notes what it is asked for; the dialogs and the model are the real ones.
PROGRAM = """
import sys
import dearpygui.dearpygui as dpg
from datetime import UTC, datetime
from gamehall.answers import Device
from gamehall_desktop.state.account import Known, KnownHere, SignedIn
from gamehall_desktop.state.signing import Asked, DevicesListed, Keepable, Refused, Trying
from gamehall_desktop.view import fonts, themes
from gamehall_desktop.view.desk import Desk
from gamehall_desktop.view.geometry import Geometry
from gamehall_desktop.view.signing import SigningDialogs

asked = []

class Session:
    def __getattr__(self, name):
        return lambda *arguments: asked.append((name, *arguments))

class Network:
    def start(self, work):
        pass

session = Session()
session.attempt = lambda work, again=False: work()
dpg.create_context()
dpg.configure_app(manual_callback_management=True)
dpg.create_viewport()
desk = Desk(Network(), session, Geometry(None))
fonts.bind_default()
themes.bind(desk.model.settings.theme, desk.scale)
dialogs = SigningDialogs(desk)

def take(*messages):
    for message in messages:
        desk.model.take(message)
    for _ in range(2):  # one dialog goes in a draw, the next comes in another
        dialogs.draw()

def write(**texts):
    for name, text in texts.items():
        dpg.set_value(name, text)
        dpg.get_item_callback(name)()
    dialogs.draw()

def press(name):
    dpg.get_item_callback(name)()
    for _ in range(2):
        dialogs.draw()

def shown(name):
    return dpg.get_value(name) if dpg.is_item_shown(name) else ""

take(Keepable({"file": "A file.", "nowhere": "Nothing."}, "file"))
assert not dpg.does_item_exist("dialog")
"""

SIGN_IN = """
take(KnownHere((Known("ada", "ada", "http://hall"), Known("bob", "bob", "http://other"))))
take(Asked("sign_in", "http://hall", "ada", "Signed out elsewhere."))
assert shown("reason") == "Signed out elsewhere."
assert (dpg.get_value("base_url"), dpg.get_value("username")) == ("http://hall", "ada")
assert dpg.get_value("profile") == "ada @ hall"
assert shown("keeping:notice") == "A file."
assert not dpg.is_item_shown("code:all")
press("sign_in")
assert shown("password:fault") and not shown("username:fault") and not asked
write(password="wrong")
assert not shown("password:fault")
press("sign_in")
assert asked == [("sign_in", "http://hall", "ada", "wrong", "")], asked
take(Trying())
press("sign_in")
assert len(asked) == 1
take(Refused("There is no such account."))
assert shown("fault") == "There is no such account."
take(Trying(), Refused("A code is needed.", {}, True))
assert dpg.is_item_shown("code:all")
take(Trying(), Refused("", {"code": "Wrong code."}, True))
assert shown("code:fault") == "Wrong code." and not shown("fault")
write(code="123")
assert not shown("code:fault")
assert dpg.get_item_configuration("password")["password"]
press("show_password")
assert not dpg.get_item_configuration("password")["password"]
press("forget")
assert asked[-1] == ("forget", "ada")
dpg.set_value("profile", "bob @ other")
press("profile")
assert asked[-1] == ("switch", "http://other", "bob")
take(SignedIn("bob", "http://other"))
assert not dpg.does_item_exist("dialog") and not dpg.does_item_exist("dialog_keys")
"""

REGISTER = """
take(Asked("sign_in", "http://hall"))
write(username="ada")
press("create_account")
assert (dpg.get_value("base_url"), dpg.get_value("username")) == ("http://hall", "ada")
assert not shown("email:fault")
write(username="a!", email="ada@", password="short", base_url="hall")
for name in ("username", "email", "password", "base_url"):
    assert shown(f"{name}:fault"), name
press("register")
assert not asked
write(username="ada", email="ada@example.org", password="correct horse battery", base_url="http://hall")
write(display_name="A")
assert not any(shown(f"{name}:fault") for name in ("username", "email", "password", "base_url"))
press("register")
assert asked == [("register", "http://hall", "ada", "ada@example.org", "correct horse battery", "A")]
take(Trying(), Refused("", {"username": "This name is taken.", "device_name": "Too long."}))
assert (shown("username:fault"), shown("fault")) == ("This name is taken.", "Too long.")
write(username="ada2")
assert not shown("username:fault")
press("have_account")
assert dpg.does_item_exist("sign_in") and not dpg.does_item_exist("register")
"""

DEVICES = """
take(Asked("devices"))
assert asked == [("list_devices",)]
assert not shown("devices:rows") and shown("devices:notice")
at = datetime(2026, 1, 2, tzinfo=UTC)
one, two = (Device(each, each, {}, at, at, at, current=each == "one") for each in ("one", "two"))
take(DevicesListed((one, two)))
assert not shown("devices:notice") and dpg.is_item_shown("revoke_others")
assert not dpg.does_item_exist("revoke:one")
press("revoke:two")
assert asked[-1] == ("revoke", "two")
take(DevicesListed((one,)))
assert not dpg.does_item_exist("revoke:two") and not dpg.is_item_shown("revoke_others")
press("close_dialog")
assert not dpg.does_item_exist("dialog")
"""


@pytest.mark.parametrize("scene", [SIGN_IN, REGISTER, DEVICES], ids=["sign_in", "register", "devices"])
def test_a_dialog(scene: str) -> None:
    program = PROGRAM + scene + "\ndpg.destroy_context()\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
