"""Run timers that are due: delayed assignments and auto resolve. Firing twice, late or for nothing changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from chalicelib import ids
from chalicelib.alerts import states
from chalicelib.alerts.alert import Alert
from chalicelib.handling import opening
from chalicelib.handling.origin import close_thread, follow_status, source_log
from chalicelib.storage import alerts, dynamo, logs, timers
from chalicelib.times import epoch_ms


def tick(now: datetime) -> int:
    """Queue every timer that is due within 15 minutes; answers how many were."""
    moved = 0
    for timer in timers.due(now):
        timers.send(timer, now)
        timers.mark_sent(timer, now)
        moved += 1
    return moved


def run_task(timer: timers.Timer, now: datetime) -> None:
    """Fire a timer. One that comes early is put back; one that was fired before is let go."""
    if timer["due_ms"] > epoch_ms(now) + 1000:
        timers.send(timer, now)
        return
    if timers.is_pending(timer):
        dynamo.until_settled(lambda: _fire(timer, now))


def _fire(timer: timers.Timer, now: datetime) -> None:
    alert = alerts.read(timer["account_id"], timer["alert"])
    operations, pending = _KINDS[timer["kind"]](timer, alert, now) if alert else ([], [])
    try:
        dynamo.transact([timers.remove(timer), *operations])
    except dynamo.Clash as clash:
        if 0 in clash.failed:
            return
        raise
    for following in pending:
        timers.send_if_soon(following, now)


Planned = tuple[list[dynamo.Item], list[timers.Timer]]


def _auto_resolve(timer: timers.Timer, alert: Alert, now: datetime) -> Planned:
    if alert["status"] == states.RESOLVED:
        return [], []
    log = _log(alert, "resolved by auto resolve", now)
    changed = [alerts.transition(alert, states.RESOLVED, now), logs.put(log, once=False)]
    return [*changed, *close_thread(alert, now)], []


def _assign(timer: timers.Timer, alert: Alert, now: datetime) -> Planned:
    if alert["status"] in (states.RESOLVED, states.ACKNOWLEDGED):
        log = _log(alert, f"not assigned to {timer['receiver']} after its delay: {alert['status']} already", now)
        return [logs.put(log, once=False)], []
    waiting = {**alert, "was": alert["status"]}
    opened = opening.reroute(waiting, [timer["receiver"]], source_log(alert), now, path=timer["path"])
    writes = [alerts.rewrite(opened.alert, now), *alerts.put_receivers(opened.alert)]
    return [*writes, *opened.operations, *follow_status(opened.alert, alert["status"], now)], opened.timers


_KINDS: Mapping[str, Callable[[timers.Timer, Alert, datetime], Planned]] = {
    "auto_resolve": _auto_resolve,
    "assign": _assign,
}


def _log(alert: Alert, message: str, now: datetime) -> logs.Log:
    return logs.new_log(ids.new(now), alert["account_id"], ("Alert", alert["id"]), now, message, [])
