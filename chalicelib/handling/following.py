"""The thread of an alert's key follows the alert: it frees the key of one that is over, and takes no duplicates for
one that is suppressed."""

from __future__ import annotations

from typing import Any

from chalicelib.alerts import correlation
from chalicelib.alerts.alert import Alert
from chalicelib.alerts.changes import Changed, Changes, Event
from chalicelib.alerts.correlation import Thread
from chalicelib.alerts.counting import changed_thread, key_of
from chalicelib.alerts.log import Log
from chalicelib.alerts.states import RESOLVED, SUPPRESSED
from chalicelib.handling.facts import Facts


def status_change(before: Alert, after: Alert) -> Changes:
    """An alert's change, and the event that its new status is."""
    events = (Event(f"alert.{after['status']}", after),) if after["status"] != before["status"] else ()
    return Changes(changed=(Changed(before, after),), events=events)


def log_of(alert: Alert, message: Any, facts: Facts) -> Log:
    """A log of something that happened to an alert."""
    return Log(facts.new_id(), alert["account_id"], ("Alert", alert["id"]), message)


def change(before: Alert, after: Alert, facts: Facts) -> Changes:
    """An alert's change and what follows from it for its thread."""
    if (before["status"] == SUPPRESSED) == (after["status"] == SUPPRESSED) and after["status"] != RESOLVED:
        return status_change(before, after)
    thread = facts.thread(key_of(after)).thread
    if after["status"] == RESOLVED:
        thread = correlation.close(thread, after["id"], facts.new_id())
    else:
        thread = correlation.absorb(thread, after["id"], after["status"] != SUPPRESSED)
    return status_change(before, after) + _moved(after, thread, facts)


def deletion(alert: Alert, facts: Facts) -> Changes:
    """An alert's deletion: creates that are still on their way count on nothing that is gone."""
    thread = correlation.forget(facts.thread(key_of(alert)).thread, alert["id"], facts.new_id())
    threads = _moved(alert, thread, facts).threads
    return Changes(deleted=(alert,), threads=threads)


def _moved(alert: Alert, thread: Thread, facts: Facts) -> Changes:
    return changed_thread(key_of(alert), facts.thread(key_of(alert)), thread)
