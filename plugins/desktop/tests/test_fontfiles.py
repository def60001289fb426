"""Which font a text is written in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gamehall_desktop.fontfiles import BODY, STRONG, count_lines, file_for, font_file, shown_in, text_width
from rig import missing


def test_both_fonts_are_there_with_their_licence_and_small() -> None:
    assert BODY.with_name("LICENSE.txt").read_text().count("SIL OPEN FONT LICENSE") >= 1
    assert BODY.stat().st_size + STRONG.stat().st_size < 1_000_000


@pytest.mark.parametrize("name", ["Łukasz Żółć", "Αλέξανδρος", "Дмитрий", "Søren ½ – … ● ✓ ×", "Nguyễn"])
def test_names_in_alphabets_are_written_in_the_programs_own_font(name: str) -> None:
    assert file_for(name) == BODY
    assert shown_in(name, BODY) == name


@pytest.mark.parametrize("name", ["山田 Taro", "さくら", "王小明", "김철수"])
def test_other_scripts_are_written_in_a_font_of_the_system_that_has_them(name: str) -> None:
    path = file_for(name, STRONG)
    if path == STRONG:
        missing("a font for Chinese, Japanese and Korean: fonts-wqy-microhei")
    assert shown_in(name, path) == name
    assert font_file(path) is not None


def test_what_no_font_has_is_seen_to_be_missing() -> None:
    unassigned = "\U000e1000"
    name = f"a{unassigned}b"
    assert file_for(name) == BODY
    assert shown_in(name, BODY) == "a□b"


def test_a_file_that_is_no_font_is_none(tmp_path: Path) -> None:
    for content in (b"", b"ttcf", b"\x00\x01\x00\x00\x00\x09" + bytes(40), b"no font at all, but longer than a head"):
        path = tmp_path / f"{len(content)}.ttf"
        path.write_bytes(content)
        assert font_file(path) is None
    assert font_file(tmp_path / "none.ttf") is None


def test_widths_tell_how_many_lines_a_text_takes() -> None:
    assert text_width("WWW") > text_width("iii") > 0
    assert count_lines("one", 10) == 1
    assert count_lines("one\ntwo", 10) == 2
    assert count_lines("some words " * 10, text_width("some words " * 5)) in (2, 3)
