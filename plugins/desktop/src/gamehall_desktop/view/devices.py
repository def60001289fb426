"""The dialog of the user's devices."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from gamehall.answers import Device
from gamehall.languages import catalogue
from gamehall_desktop.state.signing import Asked, device_lines

from .desk import Desk
from .dialog import Dialog

_ = catalogue(__name__)


class DevicesDialog(Dialog):
    """Where the user is signed in; each device can be signed out from here."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, _("Your devices"), lambda: None, self._cancel)
        self._drawn: tuple[tuple[Device, ...] | None, int] = (None, 0)
        with self.made():
            self.text("devices:notice", _("One moment …"))
            dpg.add_group(tag="devices:rows")
            with dpg.group(horizontal=True):
                desk.button("revoke_others", _("Sign all others out"), desk.doing(desk.session.revoke_others))
                desk.button("close_dialog", _("Close"), self._cancel)
        desk.do(desk.session.list_devices)

    def _cancel(self) -> None:
        self.desk.model.take(Asked(None))
        self.desk.changed()

    def draw(self) -> None:
        devices = self.desk.model.signing.devices
        if devices is not None and (devices, self.width) != self._drawn:
            self._drawn = (devices, self.width)
            self.say("devices:notice", "" if devices else _("None."))
            dpg.delete_item("devices:rows", children_only=True)
            for each in devices:
                self._row(each)
            dpg.configure_item("revoke_others", show=len(devices) > 1)
        self.place()

    def _row(self, device: Device) -> None:
        name, about = device_lines(device)
        with dpg.group(parent="devices:rows"):
            self.desk.write(name, wrap=self.width)
            self.desk.write(about, colour="faint", wrap=self.width)
            if not device.current:
                revoke = self.desk.doing(self.desk.session.revoke, device.token_id)
                self.desk.button(f"revoke:{device.token_id}", _("Sign out"), revoke, kind="danger")
            dpg.add_separator()
