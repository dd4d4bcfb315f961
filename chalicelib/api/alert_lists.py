"""Pages of alerts and other unbounded lists: pick the index that answers most of the filters, check the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from chalicelib import ids
from chalicelib.alerts import states
from chalicelib.alerts.alert import Alert, present
from chalicelib.api import listing
from chalicelib.api.http import Call
from chalicelib.api.listing import Filter, ListQuery
from chalicelib.errors import BadRequest
from chalicelib.storage import configuration, lists
from chalicelib.storage.lists import Source
from chalicelib.times import epoch_ms, read_time

_LATEST_MS = 2**48 - 1


def page(call: Call, query: ListQuery, receiver: str | None = None) -> dict[str, Any]:
    """A page of the account's alerts; `receiver` (a ULID): only those with this destination."""
    account_id = call.account_id
    source, rest = _source(account_id, query, receiver)
    return page_from(source, rest, lambda row: present(cast("Alert", row)), _searched)


def page_from(
    source: Source,
    query: ListQuery,
    show: Callable[[Mapping[str, Any]], dict[str, Any]],
    searched: Callable[[Mapping[str, Any]], Iterable[str]],
) -> dict[str, Any]:
    """A page of an unbounded list, with `next_cursor` for going on and `total_count_exact` where the total is a
    lower bound."""
    if query.sort not in listing.BY_TIME:
        return _sorted_otherwise(source, query, show, searched)
    residual = bool(query.filters or query.q)
    accept = (lambda row: listing.matches(query, show(row), searched)) if residual else None
    found = lists.read(source, query.ascending, query.offset, query.limit, query.cursor, accept)
    return listing.page_of(map(show, found.rows), query.limit, found.total, found.has_more, found.exact)


def _sorted_otherwise(source: Source, query: ListQuery, show: Any, searched: Any) -> dict[str, Any]:
    rows, complete = lists.everything(source, query.ascending, lists.MOST_EXAMINED)
    if not complete:
        raise BadRequest(f"sort by {query.sort[:50]} takes at most {lists.MOST_EXAMINED} rows: filter by created_at")
    return listing.page(query, [show(row) for row in rows], searched)


def _source(account_id: str, query: ListQuery, receiver: str | None) -> tuple[Source, ListQuery]:
    """The narrowest index for the query, and the query without what the index answers."""
    source, answered = _partition(account_id, query, receiver)
    low, high, rest = time_range(query.without(answered))
    return source.between(low, high), rest


def _partition(account_id: str, query: ListQuery, receiver: str | None) -> tuple[Source, str]:
    """The partition of an index, and the filter that it answers. A source or team that is not of the account has no
    partition here: what lies in it would be counted."""
    thirdparty, status = query.equals("thirdparty_id"), query.equals("status")
    if receiver:
        return lists.alerts_of_receiver(account_id, receiver), ""
    if thirdparty:
        return lists.alerts_of_thirdparty(account_id, thirdparty), "thirdparty_id"
    if team := owned(account_id, _team_of(query), ids.TEAM):
        return lists.alerts_of_receiver(account_id, team), "destination_team_ids"
    if source := owned(account_id, query.equals("source_id"), ids.INTEGRATION, ids.ACCOUNT_USER):
        return lists.alerts_of_source(account_id, source), "source_id"
    if status in states.STATES:
        return lists.alerts_of_status(account_id, status), "status"
    return lists.alerts_of_account(account_id), ""


def _team_of(query: ListQuery) -> str | None:
    """The team that `destination_team_ids` must contain."""
    asked = (f for f in query.filters if f.attribute == "destination_team_ids")
    return next((f.value for f in asked if f.operator in ("equals", "contains")), None)


def owned(account_id: str, identifier: str | None, *prefixes: str) -> str | None:
    """The ULID of an object that the account has configured, by either form of its id; None when it has none."""
    keys = [key for prefix in prefixes if (key := ids.key_of(prefix, identifier or ""))]
    found = configuration.read_many(account_id, keys) if keys else {}
    return next((str(held["id"]) for held in found.values()), None)


def time_range(query: ListQuery) -> tuple[str, str, ListQuery]:
    """Bounds on `created_at` as a range of ids, and the query without them: an id begins with its time."""
    low_ms, high_ms, kept = 0, _LATEST_MS, []
    for found in query.filters:
        bounds = _bounds(found) if found.attribute == "created_at" else None
        if bounds is None:
            kept.append(found)
            continue
        low_ms, high_ms = max(low_ms, bounds[0]), min(high_ms, bounds[1])
    low = ids.lowest_ulid(low_ms)
    high = ids.ulid(max(0, high_ms), 2**80 - 1)
    rest = ListQuery(query.limit, query.offset, query.sort, query.ascending, query.q, query.cursor, tuple(kept))
    return min(low, high), high, rest


def _bounds(found: Filter) -> tuple[int, int] | None:
    """The ms, ends included, that a comparison with `created_at` allows; None when it is no range of time."""
    texts = found.value.split("..") if found.operator == "between" else [found.value]
    moments = [read_time(text) for text in texts]
    if len(moments) != (2 if found.operator == "between" else 1) or None in moments:
        return None
    stamps = [epoch_ms(moment) for moment in moments if moment]
    first = stamps[0]
    return {
        "equals": (first, first),
        "gte": (first, _LATEST_MS),
        "gt": (first + 1, _LATEST_MS),
        "lte": (0, first),
        "lt": (0, first - 1),
        "between": (first, stamps[-1]),
    }.get(found.operator)


def _searched(row: Mapping[str, Any]) -> Iterable[str]:
    yield str(row["title"])
    yield from row["tag_list"]
    yield str(row.get("source_name") or "")
    yield str(row["thirdparty_id"])
