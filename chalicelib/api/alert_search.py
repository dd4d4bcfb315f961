"""Words that alerts are searched for: in title, tags and key, in the names of their source and destinations, and by
their numbers and ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chalicelib import ids
from chalicelib.storage.alerts import CUT
from chalicelib.storage.names import Named, named
from chalicelib.storage.where import Clause, Condition
from chalicelib.words import DESTINATION_FIELDS

_SOURCES = (ids.INTEGRATION, ids.ACCOUNT_USER)


@dataclass(frozen=True)
class Word:
    """A word, in upper and lower case alike, and the ULIDs of those whose names hold it."""

    text: str
    sources: tuple[str, ...]
    receivers: tuple[str, ...]

    @cached_property
    def folded(self) -> str:
        return self.text.casefold()

    @property
    def _number(self) -> int | None:
        digits = self.text.removeprefix("#")
        return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else None

    def clauses(self) -> tuple[Clause, Clause]:
        """What of an index's rows may hold the word, and what holds it for certain: long texts are there in part."""
        certain = [Condition("search", "has", (self.folded,))]
        if self._number is not None:
            certain.append(Condition("tiny_id", "is", (self._number,)))
        if key := ids.key_of(ids.ALERT, self.text):
            certain.append(Condition("pk", "is", (key,)))
        if self.sources:
            certain.append(Condition("parent", "is", self.sources))
        if self.receivers:
            certain.append(Condition("receivers", "has", self.receivers))
        cut = [Condition("search", "has", (CUT,))]
        if self.receivers:
            cut.append(Condition("receivers", "has", (CUT,)))
        return (*certain, *cut), tuple(certain)

    def is_in(self, row: Mapping[str, Any]) -> bool:
        """Whether a shown alert holds the word."""
        texts = (row["title"], *row["tags"], row["thirdparty_id"])
        return (
            self.folded in "\n".join(texts).casefold()
            or row["tiny_id"] == self._number
            or row["prefix_id"] == ids.key_of(ids.ALERT, self.text)
            or row["source_id"] in self.sources
            or any(receiver in self.receivers for name in DESTINATION_FIELDS for receiver in row[name])
        )


def words(account_id: str, text: str) -> list[Word]:
    """The words of a search. Reads the account's names, if there are words."""
    found = text.split()
    known = named(account_id) if found else []
    return [_word(word, known) for word in found]


def _word(text: str, known: Iterable[Named]) -> Word:
    matching = [found for found in known if text.casefold() in found.name]
    sources = tuple(found.id for found in matching if found.prefix in _SOURCES)
    receivers = tuple(found.id for found in matching if found.prefix != ids.INTEGRATION)
    return Word(text, sources, receivers)
