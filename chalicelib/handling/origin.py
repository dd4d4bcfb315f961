"""Where an alert came from: the request that made it, and the thread of its key, which follows the alert's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.adapters import for_integration
from chalicelib.alerts import correlation
from chalicelib.alerts.alert import Alert
from chalicelib.alerts.correlation import Thread
from chalicelib.alerts.states import SUPPRESSED
from chalicelib.intake.envelope import unpack_request
from chalicelib.intake.fetch import fetch
from chalicelib.storage import alerts, configuration, dynamo, logs


def source_log(alert: Alert) -> Mapping[str, Any] | None:
    """What rules may read of the request that made an alert, if its log is still there."""
    if not alert["source_log_id"]:
        return None
    log = logs.read(alert["account_id"], ids.prefix_id(ids.LOG, alert["source_log_id"]))
    integration = configuration.cached(alert["account_id"], ids.prefix_id(ids.INTEGRATION, alert["source_id"]))
    if not log or not log.get("request") or not integration:
        return None
    return for_integration(integration, fetch).log_data(unpack_request(log["request"], log["id"]))


def close_thread(alert: Alert, now: datetime) -> list[dynamo.Item]:
    """Free the key of an alert that is resolved: the next create with it makes a new alert."""
    return _changed(alert, lambda thread: correlation.close(thread, alert["id"], ids.new(now)), now)


def forget_in_thread(alert: Alert, now: datetime) -> list[dynamo.Item]:
    """Free the key of an alert that is deleted; creates that are still on their way count on nothing that is gone."""
    return _changed(alert, lambda thread: correlation.forget(thread, alert["id"], ids.new(now)), now)


def follow_status(alert: Alert, before: str, now: datetime) -> list[dynamo.Item]:
    """Let an alert that is suppressed now take no more duplicates, and one that no longer is take them again."""
    if (before == SUPPRESSED) == (alert["status"] == SUPPRESSED):
        return []
    absorbs = alert["status"] != SUPPRESSED
    return _changed(alert, lambda thread: correlation.absorb(thread, alert["id"], absorbs), now)


def _changed(alert: Alert, change: Callable[[Thread], Thread], now: datetime) -> list[dynamo.Item]:
    if alert["source_type"] != "Integration":
        return []
    thread, version = alerts.read_thread(alert["source_id"], alert["thirdparty_id"])
    after = change(thread)
    if after == thread:
        return []
    return [alerts.put_thread(alert["source_id"], alert["thirdparty_id"], after, version, now)]
