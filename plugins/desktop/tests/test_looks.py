"""How the window looks: what there is to choose from, and whether it can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from gamehall.languages import speaking
from gamehall.looks import COLOUR, contrast
from gamehall_desktop.config import Config, load_config, remember_login, remember_look
from gamehall_desktop.declare import BoardLook, Theme
from gamehall_desktop.installed import load_installed
from gamehall_desktop.state.settings import Chosen, Look, Settings, ThemesFound, system_language


@pytest.fixture(scope="module")
def settings() -> Settings:
    """With what the plugins of this environment bring."""
    settings = Settings()
    settings.take(ThemesFound(load_installed().themes))
    return settings


def test_every_theme_can_be_read(settings: Settings) -> None:
    themes = [each for _, each in settings.offered if isinstance(each, Theme)]
    assert {"dark", "light", "contrast"} <= {each.name for each in themes}
    for theme in themes:
        for ground in (theme.ground, theme.surface, theme.raised):
            for ink in (theme.ink, theme.faint, theme.accent, theme.danger, theme.warning):
                assert COLOUR.fullmatch(ink)
                assert contrast(ink, ground) >= 4.5, (theme.name, ink, ground)
        assert contrast(theme.on_accent, theme.accent) >= 4.5, theme.name


def test_every_board_can_be_read(settings: Settings) -> None:
    boards = [each for _, each in settings.offered if isinstance(each, BoardLook)]
    assert {"wood", "plain", "slate", "paper", "green"} <= {each.name for each in boards}
    for board in boards:
        for wood in (board.wood, board.far):
            assert contrast(board.ink, wood) >= 4.5, board.name
            assert contrast(board.line, wood) >= 3, board.name


def test_what_is_chosen_is_there_or_else_the_first(settings: Settings) -> None:
    settings.take(Chosen(Look(theme="light", board="slate")))
    assert (settings.theme.name, settings.board.name) == ("light", "slate")
    settings.take(Chosen(Look(theme="gone", board="gone")))
    assert (settings.theme.name, settings.board.name) == ("dark", "wood")


def test_titles_are_said_in_the_present_language(settings: Settings) -> None:
    with speaking("de"):
        assert settings.themes["light"] == "Hell"
        assert settings.boards["slate"] == "Schiefer"


def test_everything_grows_and_shrinks_in_steps_that_end() -> None:
    look = Look()
    grown = [(look := look.scaled(1)).scale for _ in range(7)]
    assert grown == [110, 125, 150, 175, 200, 200, 200]
    assert Look(scale=75).scaled(-1).scale == 75
    assert Look(scale=130).scaled(-1).scale == 125
    assert look.scaled(0).scale == 100


def test_the_systems_language_is_the_first_that_there_is() -> None:
    assert system_language("de_AT.UTF-8", "es_ES") == "de"
    assert system_language(None, "fr_FR.UTF-8", "es-MX") == "es"
    assert system_language("C", None) == "en"


def test_a_look_is_kept_beside_the_rest_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "desktop.json"
    remember_login(path, Config(), "https://play.example.org", "ada")
    remember_look(path, Look(theme="light", scale=150))
    config = load_config(path, {}, tmp_path / ".env").config
    assert config.profiles["ada"].username == "ada"
    assert config.look == Look(theme="light", scale=150)
