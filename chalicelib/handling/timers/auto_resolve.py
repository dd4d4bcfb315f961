"""Auto resolve: an alert is resolved some time after it was made, where its integration asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.alerts.alert import Alert, moved
from chalicelib.alerts.changes import Changes
from chalicelib.alerts.states import RESOLVED
from chalicelib.alerts.timer import Timer
from chalicelib.durations import parse_duration
from chalicelib.handling import following
from chalicelib.handling.facts import Facts
from chalicelib.times import epoch_ms


def timers_of(alert: Alert, integration: Mapping[str, Any], facts: Facts, now: datetime) -> tuple[Timer, ...]:
    """The timer that resolves a new alert of an integration, if it has a period for that."""
    period = parse_duration(integration["options"].get("auto_resolve_timeout"))
    if not period:
        return ()
    details = {"alert": alert["prefix_id"]}
    return (Timer(facts.new_id(), alert["account_id"], "auto_resolve", epoch_ms(now) + period, details),)


def fire(timer: Timer, facts: Facts, now: datetime) -> Changes:
    alert = facts.alert(timer.details["alert"])
    if alert is None or alert["status"] == RESOLVED:
        return Changes()
    log = following.log_of(alert, "resolved by auto resolve", facts)
    return following.change(alert, moved(alert, RESOLVED, now), facts) + Changes(logs=(log,))
