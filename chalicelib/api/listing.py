"""Lists, the same for every resource: limit, offset or page, filters with operators, sorting, search."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.api.filters import ALIASES, Filter, Row, read_filters
from chalicelib.encoding import encode
from chalicelib.errors import BadRequest
from chalicelib.words import URGENCIES

RESERVED = frozenset(("limit", "offset", "page", "sort", "direction", "ops", "q", "cursor"))
LARGEST_PAGE = 100
DEEPEST_OFFSET = 10_000
LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes of rows in one answer: Lambda hands over 6 MB in all."""
BY_TIME = ("created_at", "id", "tiny_id")
"""What rows are sorted by in the order of their ids."""

_MOST_WORDS, _LONGEST_SEARCH = 10, 200
_CURSOR = re.compile(r"([a-z]{1,10}\.)?[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")


@dataclass(frozen=True)
class ListQuery:
    """What a list call asks for."""

    limit: int = 10
    offset: int = 0
    sort: str = "created_at"
    ascending: bool = False
    q: str = ""
    cursor: str = ""
    filters: tuple[Filter, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether every row is wanted, in the order of their ids."""
        return not (self.filters or self.q) and self.sort in BY_TIME


def parse(query: Mapping[str, list[str]]) -> ListQuery:
    """Read a list's query parameters. Raises BadRequest naming the parameter at fault."""
    given: dict[str, list[str]] = {}
    for name, values in query.items():
        given.setdefault(name.removesuffix("[]"), []).extend(values)
    single = {name: _single(name, given[name]) for name in RESERVED - {"ops"} if given.get(name)}
    if "page" in single and "offset" in single:
        raise BadRequest("page and offset cannot be given together")
    limit = min(_number(single, "limit", 10, 1), LARGEST_PAGE)
    offset = _number(single, "offset", 0, 0)
    if "page" in single:
        offset = (_number(single, "page", 1, 1) - 1) * limit
    if offset > DEEPEST_OFFSET:
        raise BadRequest(f"offset reaches at most {DEEPEST_OFFSET}: go on with the cursor of the last page")
    cursor = single.get("cursor", "")
    if cursor and not _CURSOR.match(cursor):
        raise BadRequest("cursor must be the next_cursor of the page before")
    direction = single.get("direction", "").lower()
    if direction not in ("", "asc", "desc"):
        raise BadRequest("direction must be asc or desc")
    filters = {name: values for name, values in given.items() if values and name not in RESERVED}
    return ListQuery(
        limit,
        offset,
        single.get("sort") or "created_at",
        direction == "asc",
        _search(single.get("q", "")),
        cursor,
        tuple(read_filters(filters, given.get("ops", []))),
    )


def _single(name: str, values: list[str]) -> str:
    if len(set(values)) > 1:
        raise BadRequest(f"{name} is given {len(values)} times, with different values")
    return values[0]


def _search(text: str) -> str:
    text = text.strip()
    if len(text) > _LONGEST_SEARCH or len(text.split()) > _MOST_WORDS:
        raise BadRequest(f"q takes at most {_MOST_WORDS} words and {_LONGEST_SEARCH} characters")
    return text


def _number(params: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = params.get(name, "")
    if text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < least:
        raise BadRequest(f"{name} must be a whole number of at least {least}, not {text[:50]!r}")
    return int(text)


def matches(query: ListQuery, row: Row, searched: Callable[[Row], Iterable[str]]) -> bool:
    """Whether a row passes every filter and holds every word of `q`."""
    if not all(found.passes(row) for found in query.filters):
        return False
    if not query.q:
        return True
    text = " ".join(part for part in searched(row) if part).casefold()
    return all(word in text for word in query.q.casefold().split())


def sort_rows(query: ListQuery, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in the order asked for: newest first unless told otherwise, nulls last, ids break ties. Raises
    BadRequest for an attribute that rows have not."""
    attribute = ALIASES.get(query.sort, query.sort)
    if rows and all(attribute not in row for row in rows):
        raise BadRequest(f"sort names {query.sort[:50]!r}, which is no attribute")
    rows.sort(key=lambda row: row["id"], reverse=not query.ascending)
    present = [row for row in rows if row.get(attribute) is not None]
    absent = [row for row in rows if row.get(attribute) is None]
    present.sort(key=lambda row: _sortable(attribute, row[attribute]), reverse=not query.ascending)
    return present + absent


def _sortable(attribute: str, value: Any) -> Any:
    if attribute == "urgency" and value in URGENCIES:
        value = URGENCIES.index(value)
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
    """The answer of every list: of the rows `limit`, or as many as an answer holds. `more`: others follow those given;
    `exact`: the total is more than a lower bound."""
    data: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        size += weight(row)
        if len(data) == limit or (data and size > LARGEST_ANSWER):
            more = True
            break
        data.append(row)
    cursor = data[-1]["id"] if data and more else None
    return answer(data, total, exact, more, cursor)


def answer(data: list[dict[str, Any]], total: int, exact: bool, more: bool, cursor: str | None) -> dict[str, Any]:
    return {
        "data": data,
        "has_more": more,
        "total_count": total,
        "total_count_exact": exact,
        "next_cursor": cursor,
    }


def weight(value: Any) -> int:
    """The bytes that a value takes of what Lambda hands over: as JSON text inside of JSON, in ASCII."""
    return len(json.dumps(encode(value).decode()))
