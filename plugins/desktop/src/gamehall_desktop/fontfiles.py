"""Which characters a font file has and how wide they are, and which file has those of a text."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

__all__ = ["BODY", "STRONG", "FontFile", "count_lines", "file_for", "font_file", "shown_in", "text_width"]

_FONTS = Path(__file__).with_name("fonts")
BODY, STRONG = _FONTS / "Inter-Regular.ttf", _FONTS / "Inter-SemiBold.ttf"

# What tells a script, the language that fontconfig is asked for, and the files that systems bring. Japanese comes
# before Chinese: a text with kana is Japanese, one with Han alone may be either.
_SCRIPTS: tuple[tuple[str, tuple[tuple[int, int], ...], tuple[str, ...]], ...] = (
    (
        "ko",
        ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF)),
        ("C:/Windows/Fonts/malgun.ttf", "/System/Library/Fonts/AppleSDGothicNeo.ttc"),
    ),
    (
        "ja",
        ((0x3040, 0x30FF), (0x31F0, 0x31FF)),
        (
            "C:/Windows/Fonts/YuGothM.ttc",
            "C:/Windows/Fonts/meiryo.ttc",
            "/System/Library/Fonts/ヒラギノ角ゴシック W3.ttc",
        ),
    ),
    (
        "zh",
        ((0x2E80, 0x2FFF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)),
        (
            "C:/Windows/Fonts/msyh.ttc",
            "/System/Library/Fonts/PingFang.ttc",
            "/System/Library/Fonts/Hiragino Sans GB.ttc",
        ),
    ),
)
_ANY = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "C:/Windows/Fonts/seguisym.ttf",
    "C:/Windows/Fonts/segoeui.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
)
_STAND_INS = "□▯_"


class FontFile:
    """A TrueType or OpenType file, of a collection its first font. Raises ValueError or OSError if it is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            head = file.read(16)
            start = struct.unpack(">I", head[12:16])[0] if head[:4] == b"ttcf" else 0
            file.seek(start)
            tables = {}
            for _ in range(struct.unpack(">IHHHH", file.read(12))[1]):
                tag, _, offset, length = struct.unpack(">4sIII", file.read(16))
                tables[tag] = (offset, length)

            def table(tag: bytes) -> bytes:
                if tag not in tables:
                    raise ValueError(f"{path} has no table {tag.decode()}")
                file.seek(tables[tag][0])
                return file.read(tables[tag][1])

            self._glyphs = dict(_mapped(table(b"cmap")))
            head = table(b"hhea")
            ascent, descent = struct.unpack(">hh", head[4:8])
            self._line: int = ascent - descent
            count = struct.unpack(">H", head[34:36])[0]
            self._advances = struct.unpack(f">{'Hh' * count}", table(b"hmtx")[: 4 * count])[::2]

    def has(self, character: str) -> bool:
        return ord(character) in self._glyphs

    def width(self, text: str) -> float:
        """How wide a text is, as a multiple of the height of its line."""
        last = len(self._advances) - 1
        advances = (self._advances[min(self._glyphs.get(ord(each), 0), last)] for each in text)
        return float(sum(advances)) / self._line


def _mapped(cmap: bytes) -> Iterator[tuple[int, int]]:
    """(character, glyph) of the widest table of characters."""
    count = struct.unpack(">H", cmap[2:4])[0]
    offsets = {struct.unpack(">HHI", cmap[at : at + 8])[2] for at in range(4, 4 + 8 * count, 8)}
    by_format = {struct.unpack(">H", cmap[offset : offset + 2])[0]: offset for offset in offsets}
    if 12 in by_format:
        start = by_format[12]
        for group in range(struct.unpack(">I", cmap[start + 12 : start + 16])[0]):
            first, last, glyph = struct.unpack(">III", cmap[start + 16 + 12 * group : start + 28 + 12 * group])
            yield from zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)
    elif 4 in by_format:
        yield from _mapped_by_segments(cmap[by_format[4] :])


def _mapped_by_segments(table: bytes) -> Iterator[tuple[int, int]]:
    """(character, glyph) of a table of format 4."""
    half = struct.unpack(">H", table[6:8])[0] // 2
    numbers = struct.unpack(f">{len(table) // 2}H", table[: len(table) // 2 * 2])
    ends, starts = numbers[7 : 7 + half], numbers[8 + half : 8 + 2 * half]
    deltas, ranges = numbers[8 + 2 * half : 8 + 3 * half], 8 + 3 * half
    for segment in range(half):
        for character in range(starts[segment], min(ends[segment], 0xFFFE) + 1):
            offset = numbers[ranges + segment]
            at = ranges + segment + offset // 2 + character - starts[segment]
            glyph = numbers[at] if offset and at < len(numbers) else 0 if offset else character
            if not offset or glyph:
                yield character, (glyph + deltas[segment]) & 0xFFFF


@cache
def font_file(path: Path) -> FontFile | None:
    """The font in a file, None where there is none that can be read."""
    try:
        return FontFile(path)
    except (OSError, ValueError, struct.error, IndexError):
        return None


def file_for(text: str, wanted: Path = BODY) -> Path:
    """The file that has most of a text: the wanted one if it has all, else one of the system's."""
    if all(_has(wanted, each) for each in text):
        return wanted
    return max([wanted, *_of_the_system(_script(text))], key=lambda path: sum(_has(path, each) for each in text))


def text_width(text: str, wanted: Path = BODY) -> float:
    """How wide a text is, as a multiple of the height of its line, in the font that has its characters."""
    font = font_file(file_for(text, wanted))
    return font.width(text) if font else float(len(text))


def count_lines(text: str, width: float, wanted: Path = BODY) -> int:
    """How many lines a text takes that is broken at spaces, where one is so many times as wide as it is high."""
    font = font_file(file_for(text, wanted))
    lines = 0
    for paragraph in text.split("\n"):
        left, lines = width, lines + 1
        for word in paragraph.split(" "):
            needed = font.width(word + " ") if font else float(len(word))
            if needed > left and left < width:
                lines, left = lines + 1, width
            lines += int(needed // width) if needed > width else 0
            left -= needed % width if needed > width else needed
    return lines


def shown_in(text: str, path: Path) -> str:
    """The text with a sign in the place of each character that the font in this file lacks."""
    stand_in = next((each for each in _STAND_INS if _has(path, each)), "?")
    return "".join(each if _has(path, each) or each.isspace() else stand_in for each in text)


def _has(path: Path, character: str) -> bool:
    font = font_file(path)
    return font is not None and (character.isspace() or font.has(character))


def _script(text: str) -> str:
    """The language of the first script that a text has characters of, empty for none of these."""
    for language, ranges, _ in _SCRIPTS:
        if any(first <= ord(each) <= last for each in text for first, last in ranges):
            return language
    return ""


@cache
def _of_the_system(language: str) -> tuple[Path, ...]:
    """The files of this computer that may have a script, the best first."""
    known = next((files for each, _, files in _SCRIPTS if each == language), ())
    asked = [_matched(language)] if language and sys.platform not in ("win32", "darwin") else []
    return tuple(path for path in map(Path, (*asked, *known, *_ANY)) if path.is_file() and font_file(path))


def _matched(language: str) -> str:
    """The file that fontconfig has for a language; it may lack the script all the same."""
    program = shutil.which("fc-match")
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - what PATH has by this name
            [program, "--format=%{file}", f"sans:lang={language}"], capture_output=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")
