"""What account users do to alerts: create, change, acknowledge, resolve, reject, hand off, delete."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.alerts import states
from chalicelib.alerts.alert import Alert, bounded, new_alert
from chalicelib.errors import Invalid, NotFound
from chalicelib.handling import opening
from chalicelib.handling.origin import close_thread, follow_status, forget_in_thread, source_log
from chalicelib.storage import alerts, configuration, dynamo, logs, timers


def create(account_id: str, user: Mapping[str, Any], fields: Mapping[str, Any], now: datetime) -> Alert:
    """Make an alert by hand; its source is the account user. `fields` holds the `destination_*_ids` as ULIDs."""
    tiny_id = configuration.next_tiny_id(account_id, ids.ALERT)
    alert_id = ids.new(now)
    own = {"thirdparty_id": alert_id, **fields, "tiny_id": tiny_id}

    def step() -> Alert:
        alert = new_alert(alert_id, account_id, user["id"], "AccountUser", own, now)
        opened = opening.open_alert(alert, destinations_of(fields), None, now)
        dynamo.transact(opened.operations)
        _send(opened.timers, now)
        return opened.alert

    return dynamo.until_settled(step)


def destinations_of(fields: Mapping[str, Any]) -> list[str]:
    """The prefix ids of the `destination_*_ids` in `fields`."""
    kinds = (
        (ids.TEAM, "destination_team_ids"),
        (ids.ROUTER, "destination_router_ids"),
        (ids.ACCOUNT_USER, "destination_account_user_ids"),
    )
    return [ids.prefix_id(prefix, found) for prefix, name in kinds for found in fields.get(name, [])]


def change(account_id: str, key: str, changes: Mapping[str, Any], now: datetime) -> Alert:
    """Change an alert's own fields; its status, source and destinations stay."""

    def step() -> Alert:
        alert = bounded({**_read(account_id, key), **changes})
        dynamo.transact([alerts.rewrite(alert, now)])
        return {**alert, "version": alert["version"] + 1}

    return dynamo.until_settled(step)


def acknowledge(account_id: str, key: str, user: Mapping[str, Any], now: datetime) -> Alert:
    """Acknowledge an alert that is open, dropped or suppressed. Raises Invalid in other states."""
    return _transition(account_id, key, states.ACKNOWLEDGED, user, now)


def resolve(account_id: str, key: str, user: Mapping[str, Any], now: datetime) -> Alert:
    """Resolve an alert that is open, dropped or acknowledged, and free its key for the next one."""
    return _transition(account_id, key, states.RESOLVED, user, now)


def reject(account_id: str, key: str, user: Mapping[str, Any], now: datetime) -> Alert:
    """Reject the caller's page. Raises Invalid when the caller has no page running for the alert."""
    alert = _read(account_id, key)
    paged = alert["status"] == states.OPEN and user["id"] in alert["destination_account_user_ids"]
    if not paged:
        raise Invalid("alert has no page running for you: only someone who is being paged can reject it")
    log = _log(alert, f"rejected by {user_name(user)}", now)
    dynamo.transact([logs.put(log, once=False)])
    return alert


def user_name(user: Mapping[str, Any]) -> str:
    return str(user.get("user", {}).get("name") or user["prefix_id"])


def _transition(account_id: str, key: str, target: str, user: Mapping[str, Any], now: datetime) -> Alert:
    def step() -> Alert:
        alert = _read(account_id, key)
        states.check_transition(alert["status"], target)
        log = _log(alert, f"{target} by {user_name(user)}", now)
        operations = [alerts.transition(alert, target, now), logs.put(log, once=False)]
        if target == states.RESOLVED:
            operations += close_thread(alert, now)
        else:
            operations += follow_status({**alert, "status": target}, alert["status"], now)
        dynamo.transact(operations)
        return _read(account_id, key)

    return dynamo.until_settled(step)


def delete(account_id: str, key: str, now: datetime) -> None:
    """Delete an alert for good; its timers find nothing to do."""

    def step() -> None:
        alert = _read(account_id, key)
        dynamo.transact([*alerts.remove(alert), *forget_in_thread(alert, now)])

    dynamo.until_settled(step)


def hand_off(
    account_id: str, key: str, fields: Mapping[str, Any], note: str, user: Mapping[str, Any], now: datetime
) -> Alert:
    """Give an alert to further destinations, with a note; an acknowledged or dropped one is open again there."""

    def step() -> Alert:
        alert = _read(account_id, key)
        if alert["status"] == states.RESOLVED:
            raise Invalid("status is resolved: a resolved alert cannot be handed off")
        added = {
            name: list(dict.fromkeys([*alert[name], *fields.get(name, [])]))
            for name in ("destination_team_ids", "destination_router_ids", "destination_account_user_ids")
        }
        waiting = {**alert, **added, "status": states.QUEUED, "was": alert["status"]}
        opened = opening.reroute(waiting, destinations_of(fields), source_log(alert), now)
        opened.alert["status"] = _handed_status(alert["status"], opened.alert["status"])
        log = _log(alert, f"handed off by {user_name(user)}: {note}", now)
        writes = [alerts.rewrite(opened.alert, now), *alerts.put_receivers(opened.alert), logs.put(log, once=False)]
        writes += follow_status(opened.alert, alert["status"], now)
        dynamo.transact([*writes, *opened.operations])
        _send(opened.timers, now)
        return _read(account_id, key)

    return dynamo.until_settled(step)


def _handed_status(before: str, routed: str) -> str:
    """The status after a hand-off: as before where nobody new was reached. An acknowledged alert that waits for its
    new receiver is queued, as a delayed assignment leaves alone what somebody holds."""
    if routed == states.OPEN or (routed == states.QUEUED and before != states.OPEN):
        return routed
    return before


def _read(account_id: str, key: str) -> Alert:
    alert = alerts.read(account_id, key)
    if alert is None:
        raise NotFound("alert not found")
    return alert


def _log(alert: Alert, message: str, now: datetime) -> logs.Log:
    return logs.new_log(ids.new(now), alert["account_id"], ("Alert", alert["id"]), now, message, [])


def _send(pending: list[timers.Timer], now: datetime) -> None:
    for timer in pending:
        timers.send_if_soon(timer, now)
