"""Facts: all that a plan may know. A plan asks for what it needs and gets the same answer however often it asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from chalicelib import ids
from chalicelib.adapters import for_integration
from chalicelib.alerts import counting
from chalicelib.alerts.alert import Alert
from chalicelib.alerts.changes import Key, SeenClaim, SeenThread
from chalicelib.intake.envelope import unpack_request
from chalicelib.intake.fetch import fetch
from chalicelib.storage import alerts, claims, configuration, logs, threads


class Facts(Protocol):
    """What is stored of an account, and fresh ids. Reading is all that it does."""

    @property
    def account_id(self) -> str: ...

    def new_id(self) -> str:
        """A ULID that nothing has yet."""

    def alert(self, key: str) -> Alert | None:
        """An alert by its prefix id, with all its duplicates."""

    def thread(self, key: Key) -> SeenThread: ...

    def claims(self, names: Iterable[str]) -> Mapping[str, SeenClaim]: ...

    def configured(self, key: str) -> Mapping[str, Any] | None:
        """A team, router, integration and so on by its prefix id; up to ten seconds old."""

    def source_log(self, alert: Alert) -> Mapping[str, Any] | None:
        """What rules may read of the request that made an alert, if it is still there."""


class StoredFacts:
    """Facts as they are stored. One is good for one attempt: what it has read it does not read again."""

    def __init__(self, account_id: str, now: datetime) -> None:
        self.account_id = account_id
        self._now = now
        self._alerts: dict[str, Alert | None] = {}
        self._threads: dict[Key, SeenThread] = {}

    def new_id(self) -> str:
        return ids.new(self._now)

    def alert(self, key: str) -> Alert | None:
        if key not in self._alerts:
            self._alerts[key] = self._counted(alerts.read(self.account_id, key))
        return self._alerts[key]

    def _counted(self, alert: Alert | None) -> Alert | None:
        if alert is None:
            return None
        thread = self.thread(counting.key_of(alert)).thread
        return {**alert, "dedup_count": counting.total(alert, thread)}

    def thread(self, key: Key) -> SeenThread:
        if key not in self._threads:
            self._threads[key] = threads.read(key)
        return self._threads[key]

    def claims(self, names: Iterable[str]) -> Mapping[str, SeenClaim]:
        return claims.read(names)

    def configured(self, key: str) -> Mapping[str, Any] | None:
        return configuration.cached(self.account_id, key)

    def source_log(self, alert: Alert) -> Mapping[str, Any] | None:
        if not alert["source_log_id"]:
            return None
        log = logs.read(self.account_id, ids.prefix_id(ids.LOG, alert["source_log_id"]))
        integration = self.configured(ids.prefix_id(ids.INTEGRATION, alert["source_id"]))
        if not log or not log["request"] or not integration:
            return None
        return for_integration(integration, fetch).log_data(unpack_request(log["request"], log["id"]))
