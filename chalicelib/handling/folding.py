"""Fold: duplicates of one alert that are received together are counted in one transaction. In a storm a duplicate costs
its log and little more, and one alert takes as many a second as its integration can log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from chalicelib.adapters.kit.adapter import Action
from chalicelib.alerts.alert import Alert
from chalicelib.alerts.changes import Changes, Key, SeenClaim, SeenThread, together
from chalicelib.handling.facts import Facts, StoredFacts
from chalicelib.handling.plan import plan
from chalicelib.handling.request import Received, receive
from chalicelib.intake.envelope import Envelope, unpack_request
from chalicelib.storage import configuration
from chalicelib.storage.commit import AlreadyDone, commit, settle


class _NoDuplicates(Exception):
    """What was received together is not a row of duplicates."""


@dataclass(frozen=True)
class _Planned:
    """Facts as they will be once some changes are written. Duplicates change nothing but threads."""

    facts: Facts
    changes: Changes

    @property
    def account_id(self) -> str:
        return self.facts.account_id

    def new_id(self) -> str:
        return self.facts.new_id()

    def alert(self, key: str) -> Alert | None:
        return self.facts.alert(key)

    def thread(self, key: Key) -> SeenThread:
        planned = self.changes.thread(key)
        return SeenThread(planned.after, planned.seen.version) if planned else self.facts.thread(key)

    def claims(self, names: Iterable[str]) -> Mapping[str, SeenClaim]:
        return self.facts.claims(names)

    def configured(self, key: str) -> Mapping[str, Any] | None:
        return self.facts.configured(key)

    def source_log(self, alert: Alert) -> Mapping[str, Any] | None:
        return self.facts.source_log(alert)


def fold(envelopes: Sequence[Envelope], now: datetime, seconds: float) -> dict[str, Changes]:
    """Process those of the requests that are duplicates in a row; answers what each did, by its `log_id`. The others
    are left to be processed one by one, and so is everything that goes wrong here."""
    done: dict[str, Changes] = {}
    received = sorted(filter(None, (_creates(envelope, now) for envelope in envelopes)), key=lambda r: r.key)
    for _, group in groupby(received, key=lambda r: r.key):
        row = sorted(group, key=lambda r: r.request.id)
        if len(row) > 1:
            done |= _fold_row(row, now, seconds)
    return done


def _creates(envelope: Envelope, now: datetime) -> Received | None:
    """A request that creates under a key of its own, which alone can be a duplicate."""
    integration = configuration.cached(envelope["account_id"], envelope["integration"])
    if integration is None:
        return None
    request = unpack_request(envelope["request"], envelope["log_id"])
    facts = StoredFacts(envelope["account_id"], now)
    received = receive(integration, request, facts, now, number=lambda: 0, checked=True)
    is_plain = received.outcome.action is Action.CREATE and not received.is_known_by_its_bytes
    return received if is_plain and not received.adapter.needs_existing else None


def _fold_row(row: Sequence[Received], now: datetime, seconds: float) -> dict[str, Changes]:
    def step() -> dict[str, Changes]:
        facts = StoredFacts(row[0].account_id, now)
        planned: dict[str, Changes] = {}
        for received in row:
            changes = plan(received, _Planned(facts, together(planned.values())))
            if not _only_counts(changes):
                raise _NoDuplicates
            planned[received.request.id] = changes
        commit(together(planned.values()), now)
        return planned

    try:
        return settle(step, seconds)
    except (_NoDuplicates, AlreadyDone):
        return {}


def _only_counts(changes: Changes) -> bool:
    more = (changes.created, changes.changed, changes.deleted, changes.claims, changes.timers, changes.logs)
    return not any(more) and bool(changes.threads)
