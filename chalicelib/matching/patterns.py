"""Patterns that users write: ECMAScript's notation, run by RE2 in time linear in the text.

Refused, because no linear-time engine has them: lookahead, lookbehind and backreferences. Refused too: repeats beyond
1,000, patterns longer than 2,000 characters or that compile to too large a program, the flag `v`, half a surrogate
pair, and `\\p{...}` without the flag `u` (where ECMAScript silently reads it as the letter p).

Departures: text is searched by whole characters, as under the flag `u`, not by UTF-16 units; ignoring case follows
Unicode's simple folding; under the flag `m` a carriage return counts as a line feed, and U+2028 and U+2029 do not end
lines; a group inside a repeat keeps what it last matched.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import re2

from chalicelib.matching.ecmascript import MAX_LENGTH, Translation, translate

__all__ = ["MAX_LENGTH", "Pattern", "compile_pattern"]

MAX_MEMORY = 2 << 20
_ANYWHERE = re2._re2.RE2.Anchor.UNANCHORED
_AT_START = re2._re2.RE2.Anchor.ANCHOR_START


class Pattern:
    """A compiled pattern. `search(text)` tells whether it is found; `groups(text)` what it found."""

    __slots__ = ("_anchor", "_expression", "_lines", "search")

    def __init__(self, translation: Translation, expression: Any) -> None:
        self._expression = expression
        self._anchor = _AT_START if translation.sticky else _ANYWHERE
        self._lines = translation.lines
        self.search: Callable[[str], bool] = _literal_search(translation, self._search) or self._search

    def groups(self, text: str) -> list[str | None] | None:
        """The whole match and then each group (None for one that took no part), or None when nothing is found."""
        encoded = _encode(text)
        spans = self._spans(encoded)
        if spans[0][0] < 0:
            return None
        return [encoded[start:end].decode("utf-8", "replace") if start >= 0 else None for start, end in spans]

    def _search(self, text: str) -> bool:
        return bool(self._spans(_encode(text))[0][0] >= 0)

    def _spans(self, encoded: bytes) -> list[tuple[int, int]]:
        text = encoded.replace(b"\r", b"\n") if self._lines else encoded
        spans: list[tuple[int, int]] = self._expression.Match(self._anchor, text, 0, len(text))
        return spans


@functools.lru_cache(maxsize=2048)
def compile_pattern(pattern: str, flags: str = "") -> Pattern:
    """Compile an ECMAScript pattern with its flags (of d g i m s u y). Raises ValueError, naming what is refused."""
    translation = translate(pattern, flags)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    expression = re2._re2.RE2(translation.source.encode("utf-8"), options)
    if not expression.ok():
        raise ValueError(_reason(expression.error()))
    return Pattern(translation, expression)


def _reason(error: str | bytes) -> str:
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else error
    if "too large" in text or "repetition size" in text:
        return "the pattern's repeats make it too large to run in linear time"
    return f"the pattern is not supported: {text}"[:200]


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _literal_search(translation: Translation, search: Callable[[str], bool]) -> Callable[[str], bool] | None:
    """Plain words need no automaton: looking for them in the text is as linear, and several times as fast."""
    words = translation.words
    if not words:
        return None
    if not translation.ignores_case:
        if len(words) == 1:
            return functools.partial(_contains, words[0])
        return lambda text: any(word in text for word in words)
    if not all(word.isascii() for word in words):
        return None
    lowered = tuple(word.lower() for word in words)
    return lambda text: any(word in text.lower() for word in lowered) if text.isascii() else search(text)


def _contains(word: str, text: str) -> bool:
    return word in text
