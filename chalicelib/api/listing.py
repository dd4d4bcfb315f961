"""Lists, the same for every resource: limit, offset or page, filters with operators, sorting, search."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from chalicelib import ids
from chalicelib.accounts.casts import cast_bool
from chalicelib.errors import BadRequest
from chalicelib.times import read_time

RESERVED = frozenset(("limit", "offset", "page", "sort", "direction", "ops", "q", "cursor"))
LARGEST_PAGE = 100
DEEPEST_OFFSET = 10_000
LARGEST_ANSWER = 4 * 1024 * 1024
BY_TIME = ("created_at", "id", "tiny_id")
"""What rows are sorted by in the order of their ids."""
ALIASES = {"tags": "tag_list", "start_datetime": "start_time", "end_datetime": "end_time"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """One comparison: an attribute, an operator, and the text that the client gave."""

    attribute: str
    operator: str
    value: str


@dataclass(frozen=True)
class ListQuery:
    """What a list call asks for."""

    limit: int = 10
    offset: int = 0
    sort: str = "created_at"
    ascending: bool = False
    q: str = ""
    cursor: str = ""
    filters: tuple[Filter, ...] = field(default=())

    def equals(self, attribute: str) -> str | None:
        """The value that an attribute must equal, if one is asked for."""
        return next((f.value for f in self.filters if (f.attribute, f.operator) == (attribute, "equals")), None)

    @property
    def is_plain(self) -> bool:
        """Whether every row is wanted, in the order of their ids."""
        return not (self.filters or self.q) and self.sort in BY_TIME

    def without(self, *attributes: str) -> ListQuery:
        kept = tuple(f for f in self.filters if f.attribute not in attributes)
        return ListQuery(self.limit, self.offset, self.sort, self.ascending, self.q, self.cursor, kept)


def parse(query: Mapping[str, list[str]]) -> ListQuery:
    """Read a list's query parameters. Raises BadRequest naming the parameter at fault."""
    last = {name.removesuffix("[]"): values[-1] for name, values in query.items() if values}
    if "page" in last and "offset" in last:
        raise BadRequest("page and offset cannot be given together")
    limit = min(_number(last, "limit", 10, 1), LARGEST_PAGE)
    offset = _number(last, "offset", 0, 0)
    if "page" in last:
        offset = (_number(last, "page", 1, 1) - 1) * limit
    if offset > DEEPEST_OFFSET:
        raise BadRequest(f"offset reaches at most {DEEPEST_OFFSET}: go on with the cursor of the last page")
    cursor = last.get("cursor", "")
    if cursor and not ids.is_ulid(cursor):
        raise BadRequest("cursor must be the next_cursor of the page before")
    direction = last.get("direction", "").lower()
    if direction not in ("", "asc", "desc"):
        raise BadRequest("direction must be asc or desc")
    return ListQuery(
        limit,
        offset,
        last.get("sort") or "created_at",
        direction == "asc",
        last.get("q", "").strip(),
        cursor,
        tuple(_filters(last, _operators(query.get("ops", [])))),
    )


def _number(params: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = params.get(name, "")
    if text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < least:
        raise BadRequest(f"{name} must be a whole number of at least {least}, not {text[:50]!r}")
    return int(text)


def _operators(values: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in ",".join(values).split(","):
        attribute, colon, operator = part.strip().partition(":")
        if not attribute and not colon:
            continue
        if operator not in COMPARISONS:
            known = ", ".join(COMPARISONS)
            raise BadRequest(f"ops has the unknown operator {operator[:50]!r} for {attribute[:50]}: use one of {known}")
        found[attribute] = operator
    return found


def _filters(params: Mapping[str, str], operators: Mapping[str, str]) -> Iterable[Filter]:
    for attribute in operators:
        if attribute not in params:
            raise BadRequest(f"ops names {attribute[:50]}, but no parameter {attribute[:50]} is given")
    for name, value in params.items():
        if name not in RESERVED:
            yield Filter(name, operators.get(name, "equals"), value)


# Comparisons. Each takes the attribute's value and the client's text; null is different from everything.


def _pair(value: Any, text: str) -> tuple[Any, Any]:
    """The attribute's value and the text as values that compare: booleans, numbers, times, or texts."""
    if isinstance(value, bool):
        return value, cast_bool(text)
    if isinstance(value, (int, float)):
        try:
            return value, float(text)
        except ValueError:
            return str(value), text
    moment = read_time(value) if isinstance(value, str) else None
    asked = read_time(text) if moment else None
    return (moment, asked) if asked else (str(value), text)


def _equals(value: Any, text: str) -> bool:
    if isinstance(value, list):
        return text in map(str, value)
    if value is None:
        return text == ""
    left, right = _pair(value, text)
    return bool(left == right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, str], bool]:
    def comparison(value: Any, text: str) -> bool:
        return not isinstance(value, (list, dict, type(None))) and compare(*_pair(value, text))

    return comparison


def _contains(value: Any, text: str) -> bool:
    return text in map(str, value) if isinstance(value, list) else isinstance(value, str) and text in value


def _between(value: Any, text: str) -> bool:
    low, dots, high = text.partition("..")
    if not dots:
        raise BadRequest(f"between needs low..high, not {text[:50]!r}")
    return COMPARISONS["gte"](value, low) and COMPARISONS["lte"](value, high)


COMPARISONS: dict[str, Callable[[Any, str], bool]] = {
    "equals": _equals,
    "ne": lambda value, text: not _equals(value, text),
    "lt": _ordered(lambda left, right: left < right),
    "lte": _ordered(lambda left, right: left <= right),
    "gt": _ordered(lambda left, right: left > right),
    "gte": _ordered(lambda left, right: left >= right),
    "beginsWith": lambda value, text: isinstance(value, str) and value.startswith(text),
    "contains": _contains,
    "between": _between,
}


def matches(query: ListQuery, row: Row, searched: Callable[[Row], Iterable[str]]) -> bool:
    """Whether a row passes every filter and holds every word of `q`. Attributes that rows lack are ignored."""
    for found in query.filters:
        missing, value = _attribute(row, found.attribute)
        value = _in_form_of(found, value)
        if not missing and not COMPARISONS[found.operator](value, found.value):
            return False
    if not query.q:
        return True
    text = " ".join(part for part in searched(row) if part).lower()
    return all(word in text for word in query.q.lower().split())


def _in_form_of(found: Filter, value: Any) -> Any:
    """The ids of an `_id` or `_ids` attribute as prefix ids, where a prefix id is asked for."""
    if found.value[3:4] != "_" or not found.attribute.endswith(("id", "_ids")):
        return value
    if isinstance(value, list):
        return [_in_form_of(found, item) for item in value]
    is_id = isinstance(value, str) and ids.is_ulid(value)
    return ids.prefix_id(found.value[:3], value) if is_id else value


def _attribute(row: Row, path: str) -> tuple[bool, Any]:
    value: Any = row
    name = path if path in row else ALIASES.get(path, path)
    for part in [name] if name in row else name.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return True, None
        value = value[part]
    return False, value


def sort_rows(query: ListQuery, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in the order asked for: newest first unless told otherwise, nulls last, ids break ties. Raises
    BadRequest for an attribute that rows have not."""
    attribute = ALIASES.get(query.sort, query.sort)
    if rows and all(attribute not in row for row in rows):
        raise BadRequest(f"sort names {query.sort[:50]!r}, which is no attribute")
    rows.sort(key=lambda row: row["id"], reverse=not query.ascending)
    present = [row for row in rows if row.get(attribute) is not None]
    absent = [row for row in rows if row.get(attribute) is None]
    present.sort(key=lambda row: _sortable(row[attribute]), reverse=not query.ascending)
    return present + absent


def _sortable(value: Any) -> Any:
    if isinstance(value, (bool, int, float)):
        return (0, value, "")
    return (1, 0, str(value).lower())


def page(query: ListQuery, rows: list[dict[str, Any]], searched: Callable[[Row], Iterable[str]]) -> dict[str, Any]:
    """One page of rows that are all at hand. Raises BadRequest for a cursor whose row is gone."""
    found = sort_rows(query, [row for row in rows if matches(query, row, searched)])
    start = query.offset + (_position(found, query.cursor) if query.cursor else 0)
    return page_of(found[start:], query.limit, len(found))


def _position(rows: list[dict[str, Any]], cursor: str) -> int:
    position = next((index for index, row in enumerate(rows, start=1) if row["id"] == cursor), None)
    if position is None:
        raise BadRequest("cursor names a row that is not in the list: start again without it")
    return position


def page_of(
    rows: Iterable[dict[str, Any]], limit: int, total: int, more: bool = False, exact: bool = True
) -> dict[str, Any]:
    """The answer of every list: of the rows, `limit` of them or as many as make 4 MB. `more`: whether others follow
    the rows given; `exact`: whether the total is more than a lower bound. Reads one row too many at most."""
    data: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        size += _size_in_answer(row)
        if len(data) == limit or (data and size > LARGEST_ANSWER):
            more = True
            break
        data.append(row)
    return {
        "data": data,
        "has_more": more,
        "total_count": total,
        "next_cursor": data[-1]["id"] if more and data else None,
        "total_count_exact": exact,
    }


def _size_in_answer(row: Mapping[str, Any]) -> int:
    """The bytes that a row takes of the 6 MB that Lambda answers with: as JSON text inside JSON, in ASCII."""
    return len(json.dumps(orjson.dumps(row).decode()))
