"""Assign: an alert goes to a receiver after the delay that a router's rule asked for, unless somebody has it."""

from __future__ import annotations

from datetime import datetime

from chalicelib.alerts.changes import Changes
from chalicelib.alerts.states import ACKNOWLEDGED, RESOLVED
from chalicelib.alerts.timer import Timer
from chalicelib.handling import following
from chalicelib.handling.facts import Facts
from chalicelib.handling.opening import reroute


def fire(timer: Timer, facts: Facts, now: datetime) -> Changes:
    alert = facts.alert(timer.details["alert"])
    if alert is None:
        return Changes()
    receiver = timer.details["receiver"]
    if alert["status"] in (RESOLVED, ACKNOWLEDGED):
        message = f"not assigned to {receiver} after its delay: {alert['status']} already"
        return Changes(logs=(following.log_of(alert, message, facts),))
    log = facts.source_log(alert)
    routed = reroute(alert, [receiver], log, facts, now, path=timer.details["path"])
    return routed.changes + following.change(alert, routed.alert, facts)
