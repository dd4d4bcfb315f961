"""Filters of lists: an attribute, an operator and what the client gave, read strictly, and whether a row passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib import ids
from chalicelib.api.comparisons import COMPARISONS, ORDERED, TEXTUAL
from chalicelib.errors import BadRequest
from chalicelib.times import read_time
from chalicelib.words import URGENCIES

ALIASES = {"tags": "tag_list", "start_datetime": "start_time", "end_datetime": "end_time"}
_MOST_VALUES = 100
_NUMBERS = ("tiny_id", "dedup_count")
_WORDS = ("status", "urgency", "level", "state", "action", "owner_type", "source_type", "commentable_type")
_SEPARATED = frozenset((*_WORDS, *_NUMBERS, "id", "prefix_id", "tags", "tag_list", "incident_severity"))
"""Attributes whose values a comma separates, as it does those of every other id but one."""
_ID_OF_OTHERS = "thirdparty_id"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """One comparison: an attribute, an operator, and the texts that the client gave. One of several texts must do; by
    `ne`, the attribute must be different from all."""

    attribute: str
    operator: str
    values: tuple[str, ...]

    def passes(self, row: Row) -> bool:
        """Whether a row has what is asked for. Attributes that rows lack are ignored."""
        missing, value = _attribute(row, self.attribute)
        return missing or self.allows(value)

    def allows(self, value: Any) -> bool:
        compare, texts = COMPARISONS[self.operator], self.values
        if self.attribute == "urgency" and self.operator in ORDERED and value in URGENCIES:
            value, texts = URGENCIES.index(value), tuple(map(_rank, texts))
        found = (compare(self._in_form_of(text, value), text) for text in texts)
        return all(found) if self.operator == "ne" else any(found)

    def _in_form_of(self, text: str, value: Any) -> Any:
        """The ids of an `_id` or `_ids` attribute as prefix ids, where a prefix id is asked for."""
        if text[3:4] != "_" or not self.attribute.endswith(("id", "_ids")):
            return value
        if isinstance(value, list):
            return [self._in_form_of(text, item) for item in value]
        return ids.prefix_id(text[:3], value) if isinstance(value, str) and ids.is_ulid(value) else value


def read_filters(params: Mapping[str, Sequence[str]], ops: Sequence[str]) -> Iterator[Filter]:
    """The filters in query parameters, with the operators in `ops`. Raises BadRequest naming the parameter at fault."""
    operators = _operators(ops)
    for attribute in operators:
        if attribute not in params:
            raise BadRequest(f"ops names {attribute[:50]}, but no parameter {attribute[:50]} is given")
    for attribute, texts in params.items():
        yield from _filters(attribute, operators.get(attribute, ["equals"]), texts)


def possible_values(filters: Iterable[Filter], attribute: str, words: Sequence[str]) -> tuple[str, ...] | None:
    """Which of all the words that an attribute can be filters leave possible; None: they do not speak of it. Raises
    BadRequest for a word that it cannot be."""
    asked = [found for found in filters if found.attribute == attribute]
    for found in asked:
        for value in found.values if found.operator in ("equals", "ne") else ():
            if value not in words:
                raise BadRequest(f"{attribute} must be one of {', '.join(words)}, not {value[:50]!r}")
    return tuple(word for word in words if all(found.allows(word) for found in asked)) if asked else None


def _operators(ops: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in ",".join(ops).split(","):
        attribute, colon, operator = part.strip().partition(":")
        if not attribute and not colon:
            continue
        if operator not in COMPARISONS:
            known = ", ".join(COMPARISONS)
            raise BadRequest(f"ops has the unknown operator {operator[:50]!r} for {attribute[:50]}: use one of {known}")
        found.setdefault(attribute.removesuffix("[]"), []).append(operator)
    return found


def _filters(attribute: str, operators: Sequence[str], texts: Sequence[str]) -> Iterator[Filter]:
    """One filter with all values; or, for several operators, one each with its own value."""
    if len(operators) == 1:
        yield _checked(Filter(attribute, operators[0], _values(attribute, texts)))
        return
    if len(operators) != len(texts):
        raise BadRequest(
            f"{attribute[:50]} has {len(operators)} operators and {len(texts)} values: give it once for each operator"
        )
    for operator, text in zip(operators, texts, strict=True):
        yield _checked(Filter(attribute, operator, _values(attribute, [text])))


def _values(attribute: str, texts: Sequence[str]) -> tuple[str, ...]:
    is_id = attribute.endswith(("_id", "_ids")) and attribute != _ID_OF_OTHERS
    if is_id or attribute in _SEPARATED:
        texts = [part.strip() for text in texts for part in text.split(",")]
    return tuple(dict.fromkeys(text.upper() if ids.is_ulid(text.upper()) else text for text in texts))


def _checked(found: Filter) -> Filter:
    """The filter, unless it asks for what cannot be."""
    name = found.attribute[:50]
    if len(found.values) > _MOST_VALUES:
        raise BadRequest(f"{name} has {len(found.values)} values: at most {_MOST_VALUES} can be asked for at once")
    if len(found.values) > 1 and found.operator in ORDERED:
        raise BadRequest(f"{name} has {len(found.values)} values: {found.operator} takes one")
    for value in found.values:
        _check_value(found, name, value)
    return found


def _check_value(found: Filter, name: str, value: str) -> None:
    if found.operator in TEXTUAL or (value == "" and found.operator not in ORDERED):
        return
    ends = value.split("..", 1) if found.operator == "between" else [value]
    if found.operator == "between" and len(ends) != 2:
        raise BadRequest(f"{name}: between needs low..high, not {value[:50]!r}")
    for end in ends:
        if name.endswith("_at") and "." not in name and read_time(end) is None:
            raise BadRequest(f"{name} must be a time in ISO 8601, not {end[:50]!r}")
        if name in _NUMBERS and not (end.isascii() and end.isdecimal()):
            raise BadRequest(f"{name} must be a whole number, not {end[:50]!r}")
        if name == "urgency" and end not in URGENCIES:
            raise BadRequest(f"urgency must be one of {', '.join(URGENCIES)}, not {end[:50]!r}")


def _rank(text: str) -> str:
    return "..".join(str(URGENCIES.index(end)) for end in text.split(".."))


def _attribute(row: Row, path: str) -> tuple[bool, Any]:
    """Whether a row lacks an attribute, and its value."""
    value: Any = row
    name = path if path in row else ALIASES.get(path, path)
    for part in [name] if name in row else name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return True, None
        value = value[part]
    return False, value
