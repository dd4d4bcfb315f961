"""Which urgency a tool's word for severity means: by the integration's map, the type's, or the table of all types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from chalicelib.adapters.kit.values import Json, blank, text
from chalicelib.words import URGENCIES

WORDS: Mapping[str, tuple[str, ...]] = {
    "critical": (
        *("critical", "crit", "fatal", "emergency", "emerg", "disaster", "catastrophic", "panic", "alert", "page"),
        *("urgent", "blocker", "highest", "p0", "p1", "sev0", "sev1"),
    ),
    "high": ("high", "error", "err", "major", "severe", "serious", "important", "p2", "sev2"),
    "medium": ("medium", "warning", "warn", "average", "moderate", "minor", "normal", "p3", "sev3"),
    "low": (
        *("low", "lowest", "info", "information", "informational", "notice", "debug", "trivial", "ok"),
        *("p4", "p5", "sev4", "sev5"),
    ),
    "silent": ("silent", "none"),
}
"""The words of each urgency. Syslog's, ITU X.733's, ticket systems' and the usual labels of rules; numbers alone are
not among them, because 1 is the worst in one tool and the least in another: types map theirs."""

_URGENCY_OF = {word: urgency for urgency, words in WORDS.items() for word in words}
_IN_A_TEXT = re.compile(r"\b(?:low|medium|high|critical)\b", re.IGNORECASE)  # in "low, please", not in "slow"
_SEPARATORS = re.compile(r"[\s_-]+")
_MOST_LINES = 100
_LONGEST_WORD = 100


def urgency_of(word: Json, own: Mapping[str, str], wanted: str | None) -> str | None:
    """The urgency that a word means, in any case: by `wanted` (the integration's urgency_map), else by the type's
    `own` table, else by the table of all types; None for a word in none of them."""
    if blank(word) or isinstance(word, (dict, list)):
        return None
    spelling = _folded(text(word))
    found = _read(wanted).get(spelling) if wanted else None
    found = found or {_folded(text(name)): urgency for name, urgency in own.items()}.get(spelling)
    return found or _URGENCY_OF.get(spelling)


def urgency_in(message: Json) -> str | None:
    """The first urgency that people name in a message, as a word of its own; never silent, which is said of phones."""
    named = _IN_A_TEXT.search(text(message))
    return named[0].lower() if named else None


def worst(*urgencies: str | None) -> str | None:
    """The most urgent of some urgencies; None when none is one."""
    return max((one for one in urgencies if one in URGENCIES), key=URGENCIES.index, default=None)


def urgency_map_fault(source: str) -> str | None:
    """What is wrong with an urgency_map, by line, or None."""
    lines = source.splitlines()
    if len(lines) > _MOST_LINES:
        return f"has more than {_MOST_LINES} lines"
    for number, line in enumerate(lines, 1):
        word, urgency = _split(line)
        if _is_remark(line):
            continue
        if not word or len(word) > _LONGEST_WORD or urgency not in URGENCIES:
            return f"line {number} must be a word, a colon and one of {', '.join(URGENCIES)}, such as `page: critical`"
    return None


@lru_cache(maxsize=64)
def _read(source: str) -> Mapping[str, str]:
    return dict(_split(line) for line in source.splitlines() if not _is_remark(line))


def _split(line: str) -> tuple[str, str]:
    """A line as its folded word and its urgency: the last colon parts them, since words may hold some."""
    word, _, urgency = line.rpartition(":")
    return _folded(word.strip().strip("\"'")), urgency.strip().strip("\"'").lower()


def _is_remark(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _folded(word: str) -> str:
    return _SEPARATORS.sub("", word.strip().lower())
