"""What account users do to alerts: create, change, acknowledge, resolve, reject, hand off, delete.

Each is a pure plan over facts, named by a noun, and beside it the function that commits it and answers the alert as it
is then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib import ids
from chalicelib.alerts import correlation, states
from chalicelib.alerts.alert import Alert, bounded, moved, new_alert, with_fields
from chalicelib.alerts.changes import Changed, Changes, Event
from chalicelib.alerts.counting import changed_thread, key_of
from chalicelib.errors import Invalid, NotFound
from chalicelib.handling import following
from chalicelib.handling.facts import Facts, StoredFacts
from chalicelib.handling.opening import destinations_of, open_alert, reroute
from chalicelib.storage import configuration
from chalicelib.storage.commit import commit, settle
from chalicelib.times import iso
from chalicelib.words import DESTINATION_FIELDS

User = Mapping[str, Any]
Edit = Callable[[Alert], Mapping[str, Any]]
Check = Callable[[Alert], None]
Plan = Callable[[Facts], Changes]


def create(account_id: str, user: User, fields: Mapping[str, Any], now: datetime) -> Alert:
    """Make an alert by hand; its source is the account user. `fields` holds the `destination_*_ids` as ULIDs."""
    alert_id = ids.new(now)
    number = configuration.next_tiny_id(account_id, ids.ALERT)
    own = {"thirdparty_id": alert_id, **fields, "tiny_id": number}
    alert, _ = bounded(new_alert(alert_id, account_id, user["id"], "AccountUser", own, now))
    (alert,) = _settled(account_id, partial(creation, alert, fields, now=now), now).created
    return alert


def creation(alert: Alert, fields: Mapping[str, Any], facts: Facts, now: datetime) -> Changes:
    """A new alert goes to the destinations in `fields`, and takes the place of one with its key."""
    key = key_of(alert)
    seen = facts.thread(key)
    thread = correlation.create(seen.thread, alert["id"], alert["id"], force=True).thread
    destinations = destinations_of(fields, DESTINATION_FIELDS)
    return open_alert(alert, destinations, None, facts, now, before=changed_thread(key, seen, thread)).changes


def change(account_id: str, key: str, edit: Edit, now: datetime) -> Alert:
    """Change an alert's own fields; its status, source and destinations stay. `edit` answers what changes of the
    alert as it is, or raises."""
    return _changed(account_id, partial(edition, key, edit, now=now), now)


def edition(key: str, edit: Edit, facts: Facts, now: datetime) -> Changes:
    """What `edit` changes of an alert."""
    alert = _find(key, facts)
    changed, _ = bounded(with_fields(alert, {**edit(alert), "updated_at": iso(now)}))
    return Changes(changed=(Changed(alert, changed),), events=(Event("alert.updated", changed),))


def acknowledge(account_id: str, key: str, user: User, now: datetime) -> Alert:
    """Acknowledge an alert that is open, dropped or suppressed. Raises Invalid in other states."""
    return _changed(account_id, partial(transition, key, states.ACKNOWLEDGED, user, now=now), now)


def resolve(account_id: str, key: str, user: User, now: datetime) -> Alert:
    """Resolve an alert that is open, dropped or acknowledged, and free its key for the next one."""
    return _changed(account_id, partial(transition, key, states.RESOLVED, user, now=now), now)


def transition(key: str, target: str, user: User, facts: Facts, now: datetime) -> Changes:
    """An alert that a user brings to the status `target`, where that is allowed."""
    alert = _find(key, facts)
    states.check_transition(alert["status"], target)
    log = following.log_of(alert, f"{target} by {user_name(user)}", facts)
    return following.change(alert, moved(alert, target, now), facts) + Changes(logs=(log,))


def reject(account_id: str, key: str, user: User, now: datetime) -> Alert:
    """Reject the caller's page. Raises Invalid when the caller has no page running for the alert."""
    (event,) = _settled(account_id, partial(rejection, key, user), now).events
    return event.alert


def rejection(key: str, user: User, facts: Facts) -> Changes:
    """That a user rejects the page of an alert: a log and an event, the alert stays as it is."""
    alert = _find(key, facts)
    paged = alert["status"] == states.OPEN and user["id"] in alert["destination_account_user_ids"]
    if not paged:
        raise Invalid("alert has no page running for you: only someone who is being paged can reject it")
    log = following.log_of(alert, f"rejected by {user_name(user)}", facts)
    return Changes(logs=(log,), events=(Event("alert.rejected", alert),))


def hand_off(account_id: str, key: str, fields: Mapping[str, Any], note: str, user: User, now: datetime) -> Alert:
    """Give an alert to further destinations, with a note; an acknowledged or dropped one is open again there."""
    return _changed(account_id, partial(handoff, key, fields, note, user, now=now), now)


def handoff(key: str, fields: Mapping[str, Any], note: str, user: User, facts: Facts, now: datetime) -> Changes:
    """An alert that is routed to the destinations in `fields` too."""
    alert = _find(key, facts)
    if alert["status"] == states.RESOLVED:
        raise Invalid("status is resolved: a resolved alert cannot be handed off")
    waiting = with_fields(alert, {**_added(alert, fields), "status": states.QUEUED})
    destinations = destinations_of(fields, DESTINATION_FIELDS)
    routed = reroute(waiting, destinations, facts.source_log(alert), facts, now)
    handed = with_fields(routed.alert, {"status": _handed_status(alert["status"], routed.alert["status"])})
    log = following.log_of(alert, f"handed off by {user_name(user)}: {note}", facts)
    beside = Changes(logs=(log,), events=(Event("alert.handoff", handed),))
    return routed.changes + following.change(alert, handed, facts) + beside


def _added(alert: Alert, fields: Mapping[str, Any]) -> dict[str, list[str]]:
    """The destinations of an alert with those in `fields` added, each once."""
    destinations: Mapping[str, Any] = alert
    return {name: list(dict.fromkeys([*destinations[name], *fields.get(name, [])])) for name in DESTINATION_FIELDS}


def _handed_status(before: str, routed: str) -> str:
    """The status after a hand-off: as before where nobody new was reached. An acknowledged alert that waits for its
    new receiver is queued, as a delayed assignment leaves alone what somebody holds."""
    if routed == states.OPEN or (routed == states.QUEUED and before != states.OPEN):
        return routed
    return before


def delete(account_id: str, key: str, check: Check, now: datetime) -> None:
    """Delete an alert for good; its timers find nothing to do. `check` raises when the caller may not."""
    _settled(account_id, partial(deletion, key, check), now)


def deletion(key: str, check: Check, facts: Facts) -> Changes:
    """That an alert which passes the check is gone."""
    alert = _find(key, facts)
    check(alert)
    return following.deletion(alert, facts)


def user_name(user: User) -> str:
    return str(user.get("user", {}).get("name") or user["prefix_id"])


def _find(key: str, facts: Facts) -> Alert:
    alert = facts.alert(key)
    if alert is None:
        raise NotFound("alert not found")
    return alert


def _changed(account_id: str, plan: Plan, now: datetime) -> Alert:
    """Commit a plan that changes one alert, and answer it."""
    (changed,) = _settled(account_id, plan, now).changed
    return changed.after


def _settled(account_id: str, plan: Plan, now: datetime) -> Changes:
    def step() -> Changes:
        changes = plan(StoredFacts(account_id, now))
        commit(changes, now)
        return changes

    return settle(step)
