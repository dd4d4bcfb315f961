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
    """A compiled pattern. `search(text)` tells whether it is found (never in what is no text); `groups(text)` what."""

    __slots__ = ("_translation", "search")

    def __init__(self, translation: Translation) -> None:
        self._translation = translation
        self.search: Callable[[Any], bool] = _literal_search(translation) or _search(translation)

    def groups(self, text: str) -> list[str | None] | None:
        """The whole match and then each group (None for one that took no part), or None when nothing is found."""
        encoded = _encode(text)
        searched = encoded.replace(b"\r", b"\n") if self._translation.lines else encoded
        expression = _expression(self._translation.source, captures=True)
        spans = expression.Match(_anchor(self._translation), searched, 0, len(searched))
        if spans[0][0] < 0:
            return None
        return [encoded[start:end].decode("utf-8", "replace") if start >= 0 else None for start, end in spans]


@functools.lru_cache(maxsize=2048)
def compile_pattern(pattern: str, flags: str = "") -> Pattern:
    """Compile an ECMAScript pattern with its flags (of d g i m s u y). Raises ValueError, naming what is refused."""
    return Pattern(translate(pattern, flags))


@functools.lru_cache(maxsize=2048)
def _expression(source: str, captures: bool) -> Any:
    """RE2 itself: the wrapper around it spends five times as long on spans as the search takes."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    options.never_capture = not captures
    expression = re2._re2.RE2(source.encode("utf-8"), options)
    if not expression.ok():
        raise ValueError(_reason(expression.error()))
    return expression


def _anchor(translation: Translation) -> Any:
    return _AT_START if translation.sticky else _ANYWHERE


def _search(translation: Translation) -> Callable[[Any], bool]:
    match, anchor, lines = (
        _expression(translation.source, captures=False).Match,
        _anchor(translation),
        translation.lines,
    )

    def search(text: Any) -> bool:
        if type(text) is not str:
            return False
        encoded = text.encode() if text.isascii() else _encode(text)
        if lines:
            encoded = encoded.replace(b"\r", b"\n")
        return match(anchor, encoded, 0, len(encoded))[0][0] >= 0  # type: ignore[no-any-return]

    return search


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


def _literal_search(translation: Translation) -> Callable[[Any], bool] | None:
    """Plain words need no automaton: looking for them in the text is as linear, and several times as fast."""
    words = translation.words
    if not words:
        return None
    if translation.ignores_case:
        return _caseless_search(translation) if all(word.isascii() for word in words) else None
    if len(words) > 1:
        return functools.partial(_has_any, words)
    (only,) = words
    return lambda text: type(text) is str and only in text


def _has_any(words: tuple[str, ...], text: Any) -> bool:
    if type(text) is str:
        for word in words:
            if word in text:
                return True
    return False


def _caseless_search(translation: Translation) -> Callable[[Any], bool]:
    words, search = tuple(word.lower() for word in translation.words), _search(translation)
    first, *rest = words

    def caseless(text: Any) -> bool:
        if type(text) is not str or not text.isascii():
            return search(text)
        lowered = text.lower()
        return first in lowered or (bool(rest) and _has_any(words, lowered))

    return caseless
