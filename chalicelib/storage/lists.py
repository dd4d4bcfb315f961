"""Where the rows of unbounded lists are: alerts, logs, comments. A source is some partitions of an index, by the ids
in them, and what of their rows is wanted; `walk` reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.storage import alerts, comments, logs, threads
from chalicelib.storage.where import Where

LOWEST, HIGHEST = "0" * 26, "7" + "Z" * 25
"""The ends of the range of ULIDs."""

Row = Mapping[str, Any]
Load = Callable[[list[str]], tuple[Mapping[str, Row], int]]
"""Rows by prefix id, and the bytes that they take in storage."""


@dataclass(frozen=True)
class Source:
    """`where` wants rows by what the index knows of them; `certain`, where it differs, leaves out those of which it
    does not know enough: the rows themselves tell. `in_turn`: one partition after the other, not all merged by time;
    `labels` then name them in cursors."""

    table: str
    index: str
    attribute: str
    partitions: tuple[str, ...]
    load: Load
    low: str = LOWEST
    high: str = HIGHEST
    where: Where = ()
    certain: Where | None = None
    labels: tuple[str, ...] = ()

    @property
    def in_turn(self) -> bool:
        return bool(self.labels)

    def between(self, low: str, high: str) -> Source:
        """The part of the source with ids from `low` to `high`, both included."""
        return replace(self, low=max(self.low, low), high=min(self.high, high))

    def wanting(self, where: Where, certain: Where) -> Source:
        """The part of the source that holds what is wanted, and of that what holds it for certain."""
        sure = self.where if self.certain is None else self.certain
        return replace(self, where=self.where + where, certain=sure + certain)


def _alerts(index: str, attribute: str, account_id: str, partitions: tuple[str, ...]) -> Source:
    return Source(alerts.TABLE, index, attribute, partitions, lambda keys: alerts.weighed(account_id, keys))


def alerts_of_account(account_id: str) -> Source:
    return _alerts("by_account", "account", account_id, (alerts.account_partition(account_id),))


def alerts_of_statuses(account_id: str, statuses: tuple[str, ...]) -> Source:
    partitions = tuple(alerts.status_partition(account_id, status) for status in statuses)
    return _alerts("by_status", "account_status", account_id, partitions)


def live_alerts(account_id: str, urgencies: tuple[str, ...], in_turn: bool = False) -> Source:
    """The alerts of these urgencies that are not over; `in_turn`: those of the first urgency before the others."""
    partitions = tuple(alerts.live_partition(account_id, urgency) for urgency in urgencies)
    return replace(_alerts("live", "live", account_id, partitions), labels=urgencies if in_turn else ())


def alerts_of_sources(account_id: str, source_ids: tuple[str, ...]) -> Source:
    """The alerts that integrations or account users made. They must be the account's: their rows are counted."""
    return _alerts("by_parent", "parent", account_id, source_ids)


def alerts_of_receivers(account_id: str, receiver_ids: tuple[str, ...]) -> Source:
    """The alerts assigned to teams or account users, which must be the account's."""
    return _alerts("by_parent", "parent", account_id, tuple(map(alerts.receiver_parent, receiver_ids)))


def alerts_of_thirdparties(account_id: str, thirdparty_ids: tuple[str, ...]) -> Source:
    partitions = tuple({alerts.thirdparty_key(account_id, identifier): None for identifier in thirdparty_ids})
    return _alerts("by_thirdparty", "thirdparty", account_id, partitions)


def with_duplicates(source: Source) -> Source:
    """The alerts of a source with all their duplicates, those that their threads count included."""

    def load(keys: list[str]) -> tuple[Mapping[str, Row], int]:
        rows, size = source.load(keys)
        return threads.counted(rows), size  # type: ignore[arg-type]

    return replace(source, load=load)


def _comments(index: str, attribute: str, account_id: str, partition: str) -> Source:
    def load(keys: list[str]) -> tuple[Mapping[str, Row], int]:
        rows = comments.read_many(account_id, keys)
        return rows, sum(len(row["body"]) for row in rows.values())

    return Source(alerts.TABLE, index, attribute, (partition,), load)


def comments_of_account(account_id: str) -> Source:
    return _comments("by_account", "account", account_id, comments.account_partition(account_id))


def comments_on(account_id: str, commentable_id: str) -> Source:
    """The comments on an alert or comment, which must be the account's."""
    return _comments("by_parent", "parent", account_id, comments.parent_of(commentable_id))


def _logs(index: str, attribute: str, account_id: str, partitions: tuple[str, ...]) -> Source:
    return Source(logs.TABLE, index, attribute, partitions, lambda keys: logs.weighed(account_id, keys))


def logs_of_account(account_id: str) -> Source:
    return _logs("by_account", "account", account_id, tuple(logs.partitions(account_id)))


def logs_of_owners(account_id: str, owner_ids: tuple[str, ...]) -> Source:
    """The logs of objects, which must be the account's: their rows are counted."""
    return _logs("by_owner", "parent", account_id, owner_ids)


def logs_of_levels(account_id: str, levels: tuple[str, ...]) -> Source:
    """The logs that warn or tell of errors: only these levels have an index."""
    return _logs("by_flag", "flag", account_id, tuple(logs.flag(account_id, level) for level in levels))
