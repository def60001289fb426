"""Names every relative link in the project's pages whose file or heading does not exist, and fails if there is one."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*<?([^\s>]+)|(?:src|href)=\"([^\"]+)\"", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def main() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    pages = [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]
    dead = [f"{page.relative_to(ROOT)}: {link}" for page in pages for link in dead_links(page)]
    if dead:
        sys.exit("dead links:\n" + "\n".join(dead))


def dead_links(page: Path) -> Iterator[str]:
    for found in LINK.findall(CODE.sub("", FENCE.sub("", page.read_text()))):
        link = next(filter(None, found))
        if ELSEWHERE.match(link):
            continue
        path, _, anchor = unquote(link).partition("#")
        base = ROOT if path.startswith("/") else page.parent
        target = base / path.lstrip("/") if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            yield link


@cache
def anchors(page: Path) -> frozenset[str]:
    """What each heading can be reached by, in the way that code hosts spell it; a repeated heading is numbered."""
    seen: dict[str, int] = {}
    names = set()
    text = FENCE.sub("", page.read_text())
    for heading in HEADING.findall(text):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        count = seen.get(name, 0)
        seen[name] = count + 1
        names.add(f"{name}-{count}" if count else name)
    return frozenset(names | set(re.findall(r'(?:id|name)="([^"]+)"', text)))


if __name__ == "__main__":
    main()
