"""Which of the project's own headers a source includes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_INCLUDE = re.compile(r'^\s*#\s*include\s+"(llm_proxy/[^"]+)"', re.MULTILINE)


def included(source: Path) -> list[tuple[int, str]]:
    """Line and name of every include of a header of ours."""
    text = source.read_text()
    return [(text.count("\n", 0, m.start(1)) + 1, m[1]) for m in _INCLUDE.finditer(text)]


@cache
def headers_behind(source: Path) -> frozenset[Path]:
    """All headers of ours that a source sees, directly or through others."""
    seen: set[Path] = set()
    waiting = [source]
    while waiting:
        for _, name in included(waiting.pop()):
            header = ROOT / "include" / name
            if header not in seen and header.exists():  # version.hpp is generated
                seen.add(header)
                waiting.append(header)
    return frozenset(seen)
