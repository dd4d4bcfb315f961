"""Timers that are due: one file per kind with `fire(timer, facts, now) -> Changes`, found by the kind's name.

Firing twice, late or for nothing changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from chalicelib.alerts.changes import Changes
from chalicelib.alerts.log import Log
from chalicelib.alerts.timer import Timer
from chalicelib.handling.facts import Facts, StoredFacts
from chalicelib.handling.following import log_of
from chalicelib.storage import timers
from chalicelib.storage.commit import AlreadyDone, commit, settle
from chalicelib.times import epoch_ms

Fire = Callable[[Timer, Facts, datetime], Changes]
_EARLY_MS = 1000


def _fire_of(kind: str) -> Fire:
    fire: Fire = import_module(f"{__name__}.{kind}").fire
    return fire


def run(timer: Timer, now: datetime, seconds: float = 10.0) -> Changes | None:
    """Fire a timer; answers what was done. One that comes early is put back; one that fired before is let go."""
    if timer.due_ms > epoch_ms(now) + _EARLY_MS:
        timers.send([timer], now)
        return None
    if not timers.is_pending(timer):
        return None
    return _end(timer, _fire_of(timer.kind), now, seconds)


def give_up(timer: Timer, now: datetime) -> Changes | None:
    """End a timer that failed however often it was sent, and say so in its alert's log."""
    return _end(timer, _failed, now, 10.0)


def _failed(timer: Timer, facts: Facts, now: datetime) -> Changes:
    alert = facts.alert(str(timer.details.get("alert")))
    message = f"{timer.kind.replace('_', ' ')} was given up: it failed every time since it was due"
    owner = log_of(alert, message, facts).owner if alert else ("Timer", timer.id)
    return Changes(logs=(Log(facts.new_id(), timer.account_id, owner, message, level="error"),))


def _end(timer: Timer, fire: Fire, now: datetime, seconds: float) -> Changes | None:
    def step() -> Changes:
        changes = fire(timer, StoredFacts(timer.account_id, now), now) + Changes(once=(timer,))
        commit(changes, now)
        return changes

    try:
        return settle(step, seconds)
    except AlreadyDone:
        return None
