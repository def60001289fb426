"""A theme's colours, and the sizes of everything, as DearPyGui wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import dearpygui.dearpygui as dpg

from gamehall_desktop.declare import Theme

Colour = tuple[int, int, int, int]
Kind = Literal["primary", "quiet", "danger", "chosen", "card", "plain", "bar", "root", "dialog"]


def colour(text: str, alpha: int = 255) -> Colour:
    """A colour written `#rrggbb`."""
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16), alpha)


def blend(one: str, other: str, share: float, alpha: int = 255) -> Colour:
    """The colour between two, `share` of it the other."""
    parts = [round(a + (b - a) * share) for a, b in zip(colour(one)[:3], colour(other)[:3], strict=True)]
    return (parts[0], parts[1], parts[2], alpha)


def bind(theme: Theme, scale: float) -> None:
    """Gives the whole window these colours, and lengths at this scale."""
    for tag in ("theme", *(f"theme:{kind}" for kind in _KINDS)):
        if dpg.does_item_exist(tag):
            dpg.delete_item(tag)
    _make("theme", dpg.mvAll, _window_colours(theme), _lengths(scale))
    for kind in _KINDS:
        _make(f"theme:{kind}", _ONLY.get(kind, dpg.mvAll), *_kind(kind, theme, scale))
    dpg.bind_theme("theme")


_KINDS: tuple[Kind, ...] = ("primary", "quiet", "danger", "chosen", "card", "plain", "bar", "root", "dialog")
_ONLY: dict[Kind, int] = {  # what a kind is for: what stands inside it is not of its kind
    "card": dpg.mvChildWindow,
    "plain": dpg.mvChildWindow,
    "bar": dpg.mvChildWindow,
    "root": dpg.mvWindowAppItem,
    "dialog": dpg.mvWindowAppItem,
}
_NOTHING: Colour = (0, 0, 0, 0)


def _make(tag: str, kind: int, colours: Mapping[int, Colour], lengths: Mapping[int, tuple[float, ...]]) -> None:
    with dpg.theme(tag=tag), dpg.theme_component(kind):
        for target, value in colours.items():
            dpg.add_theme_color(target, value)
        for target, length in lengths.items():
            dpg.add_theme_style(target, *length)


def _window_colours(theme: Theme) -> dict[int, Colour]:
    ink, accent, rule = colour(theme.ink), colour(theme.accent), colour(theme.rule)
    raised, over = colour(theme.raised), blend(theme.raised, theme.accent, 0.2)
    pressed, chosen = blend(theme.raised, theme.accent, 0.32), blend(theme.surface, theme.accent, 0.24)
    return {
        dpg.mvThemeCol_Text: ink,
        dpg.mvThemeCol_TextDisabled: colour(theme.faint),
        dpg.mvThemeCol_WindowBg: colour(theme.ground),
        dpg.mvThemeCol_ChildBg: _NOTHING,
        dpg.mvThemeCol_PopupBg: colour(theme.surface),
        dpg.mvThemeCol_Border: rule,
        dpg.mvThemeCol_BorderShadow: _NOTHING,
        dpg.mvThemeCol_FrameBg: raised,
        dpg.mvThemeCol_FrameBgHovered: over,
        dpg.mvThemeCol_FrameBgActive: pressed,
        dpg.mvThemeCol_TitleBg: raised,
        dpg.mvThemeCol_TitleBgActive: raised,
        dpg.mvThemeCol_TitleBgCollapsed: raised,
        dpg.mvThemeCol_MenuBarBg: raised,
        dpg.mvThemeCol_ScrollbarBg: _NOTHING,
        dpg.mvThemeCol_ScrollbarGrab: rule,
        dpg.mvThemeCol_ScrollbarGrabHovered: colour(theme.faint),
        dpg.mvThemeCol_ScrollbarGrabActive: accent,
        dpg.mvThemeCol_CheckMark: accent,
        dpg.mvThemeCol_SliderGrab: accent,
        dpg.mvThemeCol_SliderGrabActive: accent,
        dpg.mvThemeCol_Button: raised,
        dpg.mvThemeCol_ButtonHovered: over,
        dpg.mvThemeCol_ButtonActive: pressed,
        dpg.mvThemeCol_Header: chosen,
        dpg.mvThemeCol_HeaderHovered: over,
        dpg.mvThemeCol_HeaderActive: pressed,
        dpg.mvThemeCol_Separator: rule,
        dpg.mvThemeCol_Tab: raised,
        dpg.mvThemeCol_TabHovered: over,
        dpg.mvThemeCol_TabActive: chosen,
        dpg.mvThemeCol_TableHeaderBg: raised,
        dpg.mvThemeCol_TableBorderStrong: rule,
        dpg.mvThemeCol_TableBorderLight: blend(theme.surface, theme.rule, 0.6),
        dpg.mvThemeCol_TableRowBg: _NOTHING,
        dpg.mvThemeCol_TableRowBgAlt: blend(theme.surface, theme.ink, 0.05),
        dpg.mvThemeCol_TextSelectedBg: blend(theme.surface, theme.accent, 0.4),
        dpg.mvThemeCol_NavHighlight: accent,
        dpg.mvThemeCol_ModalWindowDimBg: (0, 0, 0, 140),
    }


def _lengths(scale: float) -> dict[int, tuple[float, ...]]:
    def px(*lengths: float) -> tuple[float, ...]:
        return tuple(float(round(each * scale)) for each in lengths)

    return {
        dpg.mvStyleVar_WindowPadding: px(12, 12),
        dpg.mvStyleVar_FramePadding: px(11, 7),
        dpg.mvStyleVar_ItemSpacing: px(9, 9),
        dpg.mvStyleVar_ItemInnerSpacing: px(8, 6),
        dpg.mvStyleVar_CellPadding: px(7, 5),
        dpg.mvStyleVar_ScrollbarSize: px(11),
        dpg.mvStyleVar_GrabMinSize: px(14),
        dpg.mvStyleVar_FrameRounding: px(7),
        dpg.mvStyleVar_ChildRounding: px(10),
        dpg.mvStyleVar_WindowRounding: px(10),
        dpg.mvStyleVar_PopupRounding: px(8),
        dpg.mvStyleVar_ScrollbarRounding: px(6),
        dpg.mvStyleVar_GrabRounding: px(7),
        dpg.mvStyleVar_TabRounding: px(7),
        dpg.mvStyleVar_FrameBorderSize: (1.0,),
        dpg.mvStyleVar_ChildBorderSize: (1.0,),
        dpg.mvStyleVar_WindowBorderSize: (1.0,),
        dpg.mvStyleVar_PopupBorderSize: (1.0,),
    }


def _kind(kind: Kind, theme: Theme, scale: float) -> tuple[dict[int, Colour], dict[int, tuple[float, ...]]]:
    """The colours and lengths of things of one kind, where they are not those of the window."""
    inside = (float(round(14 * scale)), float(round(12 * scale)))
    match kind:
        case "primary":
            accent = colour(theme.accent)
            lighter, darker = blend(theme.accent, theme.ink, 0.15), blend(theme.accent, theme.ground, 0.15)
            return {
                dpg.mvThemeCol_Text: colour(theme.on_accent),
                dpg.mvThemeCol_Button: accent,
                dpg.mvThemeCol_ButtonHovered: lighter,
                dpg.mvThemeCol_ButtonActive: darker,
                dpg.mvThemeCol_Border: accent,
            }, {}
        case "danger":
            return {
                dpg.mvThemeCol_Text: colour(theme.danger),
                dpg.mvThemeCol_ButtonHovered: blend(theme.raised, theme.danger, 0.2),
                dpg.mvThemeCol_ButtonActive: blend(theme.raised, theme.danger, 0.3),
                dpg.mvThemeCol_Border: blend(theme.rule, theme.danger, 0.5),
            }, {}
        case "quiet":
            return {
                dpg.mvThemeCol_Button: _NOTHING,
                dpg.mvThemeCol_ButtonHovered: blend(theme.ground, theme.accent, 0.18),
                dpg.mvThemeCol_Border: _NOTHING,
            }, {}
        case "chosen":
            return {
                dpg.mvThemeCol_Text: colour(theme.accent),
                dpg.mvThemeCol_Button: colour(theme.raised),
                dpg.mvThemeCol_Border: colour(theme.rule),
            }, {}
        case "bar":
            padding = (float(round(10 * scale)), float(round(8 * scale)))
            return {}, {dpg.mvStyleVar_WindowPadding: padding}
        case "card":
            return {dpg.mvThemeCol_ChildBg: colour(theme.surface)}, {dpg.mvStyleVar_WindowPadding: inside}
        case "plain" | "root":
            return {}, {dpg.mvStyleVar_WindowPadding: (0.0, 0.0)}
        case "dialog":
            return {dpg.mvThemeCol_WindowBg: colour(theme.surface)}, {dpg.mvStyleVar_WindowPadding: inside}
