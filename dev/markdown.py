"""Bits of Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

_MAX_CODE = 80
_MAX_LINE = 100


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table. Cells are Markdown: bars are escaped, line breaks become spaces."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def code(value: str) -> str:
    """A code span, shortened to 80 characters."""
    short = value if len(value) <= _MAX_CODE else value[: _MAX_CODE - 1] + "…"
    return f"`` {short} ``" if "`" in short else f"`{short}`"


def block(language: str, content: str) -> str:
    """A fenced block of code; the fence is longer than any in the content."""
    fence = "```"
    while fence in content:
        fence += "`"
    return f"{fence}{language}\n{content}\n{fence}"


def pretty_json(value: Any, indent: int = 0) -> str:
    """JSON with what fits on a line kept on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value or indent + len(flat) <= _MAX_LINE:
        return flat
    margin = "\n" + " " * (indent + 2)
    if isinstance(value, list):
        return "[" + ",".join(margin + pretty_json(item, indent + 2) for item in value) + margin[:-2] + "]"
    members = (f"{json.dumps(name, ensure_ascii=False)}: {pretty_json(v, indent + 2)}" for name, v in value.items())
    return "{" + ",".join(margin + member for member in members) + margin[:-2] + "}"


def _cell(markdown: str) -> str:
    return " ".join(markdown.split("\n")).replace("|", "\\|")
