"""Helpers of text. Each gives "" for what is no text."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from chalicelib.matching.patterns import compile_pattern
from chalicelib.templates.syntax import HelperFault
from chalicelib.templates.values import number, text

MAX_RESULT = 256 * 1024
_TAG_PARTS = re.compile(r"[<>]|[^<>]+")


def starts_with(start: Any, source: Any) -> bool:
    """True when the second text starts with the first: handlebars-helpers has them in this order."""
    return isinstance(start, str) and isinstance(source, str) and source.startswith(start)


def ends_with(end: Any, source: Any) -> bool:
    return isinstance(end, str) and isinstance(source, str) and source.endswith(end)


def uppercase(source: Any) -> str:
    return source.upper() if isinstance(source, str) else ""


def lowercase(source: Any) -> str:
    return source.lower() if isinstance(source, str) else ""


def capitalize(source: Any) -> str:
    return source[:1].upper() + source[1:] if isinstance(source, str) else ""


def trim(source: Any) -> str:
    return source.strip() if isinstance(source, str) else ""


def truncate(source: Any, limit: Any, suffix: Any) -> str:
    """At most `limit` characters, the suffix included."""
    if not isinstance(source, str):
        return ""
    size = number(limit)
    if size is None or len(source) <= size:
        return source
    ending = suffix if isinstance(suffix, str) else ""
    return source[: max(int(size) - len(ending), 0)] + ending


def replace(source: Any, old: Any, new: Any) -> str:
    """Every `old` in a text becomes `new`."""
    if not isinstance(source, str) or not isinstance(old, str) or not old:
        return source if isinstance(source, str) else ""
    put = new if isinstance(new, str) else ""
    if source.count(old) * len(put) > MAX_RESULT:
        raise HelperFault("replace makes a text that is too long")
    return source.replace(old, put)


def split(source: Any, separator: Any) -> list[str]:
    if not isinstance(source, str):
        return []
    cut = separator if isinstance(separator, str) else ","
    return source.split(cut) if cut else list(source)


def sanitize(source: Any) -> str:
    """A text without its HTML tags, whole tags within tags included. A `<` that opens no tag stays."""
    if not isinstance(source, str):
        return ""
    kept: list[str] = []
    depth = 0
    for found in _TAG_PARTS.finditer(source):
        part = found[0]
        if part == "<" and (depth or _opens_tag(source, found.end())):
            depth += 1
        elif part == ">" and depth:
            depth -= 1
        elif not depth:
            kept.append(part)
    return "".join(kept).strip()


def _opens_tag(source: str, index: int) -> bool:
    following = source[index : index + 1]
    return following in ("/", "!", "?") or (following.isascii() and following.isalpha())


def encode_uri(source: Any) -> str:
    """A value as one component of a URL."""
    return quote(text(source), safe="!~*'()", errors="replace")


def regex_match(source: Any, pattern: Any, flags: Any) -> list[str | None] | None:
    """The first match of a pattern (RE2 syntax; flags as in JavaScript): the whole, then each group; null if none."""
    if not isinstance(pattern, str):
        return None
    try:
        compiled = compile_pattern(pattern, flags if isinstance(flags, str) else "")
    except ValueError as error:
        raise HelperFault(f"regexMatch: {error}") from error
    return compiled.groups(text(source))
