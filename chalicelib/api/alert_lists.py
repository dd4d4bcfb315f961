"""Lists of alerts: the index that knows most of what is asked for, and what its rows and the alerts must hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from chalicelib import ids
from chalicelib.alerts.alert import Alert, present
from chalicelib.alerts.states import RESOLVED, STATES
from chalicelib.api import pages
from chalicelib.api.alert_search import Word, words
from chalicelib.api.filters import Filter, possible_values
from chalicelib.api.http import Call
from chalicelib.api.listing import ListQuery
from chalicelib.api.owned import owned
from chalicelib.api.pages import Row, Selection
from chalicelib.storage import lists, threads
from chalicelib.storage.alerts import CUT, status_partition
from chalicelib.storage.lists import Source
from chalicelib.storage.where import MOST_VALUES, Clause, Condition, size
from chalicelib.words import DESTINATION_FIELDS, URGENCIES

_REFERENCES = {"source_id": (ids.INTEGRATION, ids.ACCOUNT_USER), **{n: (p,) for n, p in DESTINATION_FIELDS.items()}}
_SEARCHED = ("title", "tags", "tag_list")
_LISTED = tuple(name for name, prefix in DESTINATION_FIELDS.items() if prefix != ids.ROUTER)
_WITH_TEXTS = ("by_account", "live")
"""The indexes whose rows hold more than keys."""

Origin = Filter | Word


def page(call: Call, query: ListQuery, receiver: str | None = None) -> dict[str, Any]:
    """A page of the account's alerts; `receiver` (the ULID of one of its teams): only those with this destination."""
    if receiver:
        query = replace(query, filters=(*query.filters, Filter("destination_team_ids", "contains", (receiver,))))
    return pages.page(query, select(call.account_id, query))


def select(account_id: str, query: ListQuery) -> Selection:
    """Where the alerts are that a query asks for. Raises BadRequest for states and urgencies that do not exist."""
    asked = _Asked(
        account_id,
        query,
        possible_values(query.filters, "status", STATES),
        possible_values(query.filters, "urgency", URGENCIES),
        words(account_id, query.q),
        owned(account_id, [(v, p) for f in query.filters for v in f.values for p in _REFERENCES.get(f.attribute, ())]),
    )
    source, answered = _index(asked)
    source, rest = pages.narrowed(source, query, ids.ALERT)
    origins: tuple[Origin, ...] = (*rest.filters, *asked.words)
    left = [origin for origin in origins if origin not in answered]
    for origin, possible, certain in _clauses(asked, source.index):
        if size((*source.where, possible)) <= MOST_VALUES:
            source = source.wanting((possible,), (certain or possible,))
            left = [other for other in left if other is not origin or certain is None]
    is_decided = not left and source.certain in (None, source.where)
    return _selection(asked, source, is_decided, not left)


def _selection(asked: _Asked, source: Source, is_decided: bool, is_countable: bool) -> Selection:
    query = asked.query

    def show(row: Mapping[str, Any]) -> Row:
        return present(cast("Alert", row))

    def accept(row: Row) -> bool:
        return all(found.passes(row) for found in query.filters) and all(word.is_in(row) for word in asked.words)

    def count(rows: list[Row]) -> list[Row]:
        alerts = {row["prefix_id"]: cast("Alert", row) for row in rows}
        return [cast("Row", alert) for alert in threads.counted(alerts).values()]

    decides = None if is_decided else accept
    if query.sort == "dedup_count" or any(found.attribute == "dedup_count" for found in query.filters):
        return Selection(lists.with_duplicates(source), show, decides, is_countable)
    return Selection(source, show, decides, is_countable, count)


@dataclass(frozen=True)
class _Asked:
    """What a query asks for. `statuses` and `urgencies`: which it leaves possible, None where it says nothing. `owned`:
    the ULIDs of what it names, by the text that does, as far as the account has it."""

    account_id: str
    query: ListQuery
    statuses: tuple[str, ...] | None
    urgencies: tuple[str, ...] | None
    words: list[Word]
    owned: Mapping[str, str]

    @property
    def is_live(self) -> bool:
        return self.statuses is not None and RESOLVED not in self.statuses

    def about(self, *attributes: str) -> list[Filter]:
        return [found for found in self.query.filters if found.attribute in attributes]

    def ulids(self, found: Filter) -> tuple[str, ...]:
        """The ULIDs of what a filter names; none where one of them is not known."""
        known = [value if ids.is_ulid(value) else self.owned.get(value, "") for value in found.values]
        return tuple(known) if all(known) else ()


def _index(asked: _Asked) -> tuple[Source, list[Origin]]:
    """The narrowest index, and the filters that its partitions answer.

    What is not over is listed by urgency, with what else is asked for beside it. A source or team has an index of its
    own, but for a search, which finds little among many rows; it must be the account's, as what lies there is counted.
    """
    account_id, statuses, urgencies = asked.account_id, asked.statuses, asked.urgencies
    if () in (statuses, urgencies):
        return lists.alerts_of_statuses(account_id, ()), [*asked.query.filters]
    for found in asked.about("thirdparty_id"):
        if found.operator == "equals" and all(found.values):
            return lists.alerts_of_thirdparties(account_id, found.values), [found]
    is_sorted = asked.query.sort == "urgency"
    has_clauses = any(True for origin, *_ in _clauses(asked, "live") if origin not in asked.about("status"))
    if asked.is_live and (has_clauses or urgencies or is_sorted):
        return lists.live_alerts(account_id, urgencies or URGENCIES, is_sorted), [*asked.about("urgency")]
    if not asked.words and (own := _own_index(asked)):
        return own
    if statuses and not has_clauses and not urgencies:
        return lists.alerts_of_statuses(account_id, statuses), [*asked.about("status")]
    return lists.alerts_of_account(account_id), []


def _own_index(asked: _Asked) -> tuple[Source, list[Origin]] | None:
    """The index by team, account user or source, if the query names some and they are all the account's."""
    for found in asked.about(*_LISTED, "source_id"):
        owned = tuple(asked.owned.get(value, "") for value in found.values)
        if found.operator not in ("equals", "contains") or not all(owned):
            continue
        if found.attribute == "source_id":
            return lists.alerts_of_sources(asked.account_id, owned), [found]
        is_one = len(owned) == 1  # an alert of several would be counted twice
        return lists.alerts_of_receivers(asked.account_id, owned), [found] if is_one else []
    return None


def _clauses(asked: _Asked, index: str) -> Iterator[tuple[Origin, Clause, Clause | None]]:
    """What the rows of an index must hold to be possible, and to be certain, by what asks for it; None: only the alert
    itself can tell."""
    if index not in _WITH_TEXTS:
        return
    for found in asked.query.filters:
        if found.attribute == "status" and index == "live":
            states = (state for state in STATES if found.allows(state))
            clause = (Condition("account_status", "is", tuple(status_partition(asked.account_id, s) for s in states)),)
            yield found, clause, clause
        elif found.attribute == "urgency" and index == "by_account":
            clause = (Condition("urgency", "is", tuple(filter(found.allows, URGENCIES))),)
            yield found, clause, clause
        elif all(found.values):
            yield from ((found, *clauses) for clauses in _texts(asked, found))
    for word in asked.words:
        yield word, *word.clauses()


def _texts(asked: _Asked, found: Filter) -> Iterator[tuple[Clause, Clause | None]]:
    """What a filter of another attribute asks of a row's texts."""
    is_equal, may_hold = found.operator == "equals", found.operator in ("equals", "contains")
    cut = Condition("receivers", "has", (CUT,))
    if found.attribute == "source_id" and is_equal and (ulids := asked.ulids(found)):
        clause = (Condition("parent", "is", ulids),)
        yield clause, clause
    elif found.attribute in DESTINATION_FIELDS and may_hold and (ulids := asked.ulids(found)):
        clause = (Condition("receivers", "has", ulids),)
        yield (*clause, cut), clause
    elif found.attribute == "tiny_id" and is_equal:
        clause = (Condition("tiny_id", "is", tuple(map(int, found.values))),)
        yield clause, clause
    elif found.attribute in _SEARCHED and found.operator in ("equals", "contains", "beginsWith"):
        folded = tuple(value.casefold() for value in found.values)
        yield (Condition("search", "has", (*folded, CUT)),), None
