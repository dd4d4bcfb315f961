"""The plan of a request: all that it does to alerts, decided from facts and written nowhere.

The same plan is committed when a request is processed and shown when it is previewed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib import ids
from chalicelib.adapters.kit.adapter import Action
from chalicelib.adapters.kit.freshness import REMEMBERED
from chalicelib.alerts import correlation, states
from chalicelib.alerts.alert import Alert, bounded, moved, new_alert
from chalicelib.alerts.changes import Changes, Claim, Counted, Event, claim_name, together
from chalicelib.alerts.correlation import Decision, Effect, Thread
from chalicelib.alerts.counting import changed_thread, count_on
from chalicelib.alerts.log import Notes
from chalicelib.handling.facts import Facts
from chalicelib.handling.fields import fields_of
from chalicelib.handling.following import log_of, status_change
from chalicelib.handling.gathering import Gathering, gather, sent_again
from chalicelib.handling.opening import destinations_of, open_alert
from chalicelib.handling.request import Received, request_log
from chalicelib.handling.timers import auto_resolve
from chalicelib.times import from_ms
from chalicelib.words import INTEGRATION_FIELDS


def plan(received: Received, facts: Facts) -> Changes:
    """All that a request does. Its log is what happens only once."""
    notes = Notes(received.now)
    for note in (*received.notes, received.outcome.note):
        if note:
            notes.add(note, "warn" if received.outcome.blocked else "info")
    effects = _effects(received, facts, notes)
    message = {"action": str(received.outcome.action)}
    message |= {"replay_of": received.replay_of} if received.replay_of else {}
    return effects + Changes(once=(request_log(received.integration, received.request, message, notes),))


def _effects(received: Received, facts: Facts, notes: Notes) -> Changes:
    """What the request does to alerts."""
    if received.outcome.action is Action.OTHER or received.outcome.thirdparty_id is None:
        return Changes()
    signed = _signed(received, facts)
    if signed is None:
        notes.add("refused: a request with this signature was taken before", "warn")
        return Changes()
    seen = facts.thread(received.key)
    decision = decide(received, seen.thread)
    effects = _EFFECTS[decision.effect](received, decision, facts, notes)
    if decision.reason:
        notes.add(decision.reason)
    return signed + effects


def _signed(received: Received, facts: Facts) -> Changes | None:
    """The claim that keeps a signed request from being taken twice; None when it was taken before."""
    key = None if received.replay_of else received.adapter.replay_key(received.request)
    if not key:
        return Changes()
    name = claim_name("signed", received.integration["id"], key)
    seen = facts.claims([name]).get(name)
    if seen and seen.holder != received.request.id and received.now - from_ms(seen.since_ms) < REMEMBERED:
        return None
    return Changes(claims=(Claim(name, received.request.id, seen, REMEMBERED),))


def decide(received: Received, thread: Thread) -> Decision:
    """What the request does, given what is known of its key."""
    stamp = received.request.id
    if received.outcome.action is Action.RESOLVE:
        return correlation.resolve(thread, stamp)
    if received.outcome.action is Action.ACKNOWLEDGE:
        return correlation.acknowledge(thread, stamp)
    force = received.outcome.action is Action.RECREATE
    return correlation.create(thread, stamp, received.alert_id, force=force)


def _follow(received: Received, thread: Thread, facts: Facts) -> Changes:
    """The change of the thread of the request's key."""
    return changed_thread(received.key, facts.thread(received.key), thread)


def _open(received: Received, decision: Decision, facts: Facts, notes: Notes) -> Changes:
    fields = fields_of(received.outcome, received.adapter, received.integration, received.request, notes)
    gathered: list[Gathering] = []
    if received.is_known_by_its_bytes:
        sent = sent_again(received.integration, received.request, facts, received.now)
        if sent.holder:
            notes.add(f"counted as a duplicate of {sent.holder['prefix_id']}: the same request made it minutes ago")
            return count_on(Changes(), sent.holder, facts.thread)
        gathered.append(sent)
    gathering = gather(received.integration, fields, facts, received.now)
    if gathering.holder and received.outcome.action is not Action.RECREATE:
        notes.add(f"counted as a duplicate of {gathering.holder['prefix_id']}: it shares a dedup key or its title")
        return count_on(Changes(), gathering.holder, facts.thread)
    return _made(received, decision, fields, facts, notes, [gathering, *gathered])


def _made(
    received: Received,
    decision: Decision,
    fields: Mapping[str, Any],
    facts: Facts,
    notes: Notes,
    gatherings: Iterable[Gathering],
) -> Changes:
    """The alert that a request makes, with its claims, its timers and its thread."""
    routed = open_alert(
        build_alert(received, fields, notes),
        destinations_of(received.integration, INTEGRATION_FIELDS),
        received.adapter.log_data(received.request),
        facts,
        received.now,
        decision.acknowledged,
        before=_follow(received, decision.thread, facts),
    )
    alert, changes = routed.alert, routed.changes
    notes.add(f"made alert {alert['prefix_id']}: {alert['status']}")
    planned = changes.thread(received.key)
    if planned and planned.after.live == alert["id"] and alert["status"] == states.SUPPRESSED:
        after = replace(planned.after, absorbs=False)
        changes += Changes(threads=(replace(planned, after=after),))
    timers = auto_resolve.timers_of(alert, received.integration, facts, received.now)
    return together([changes, Changes(timers=timers), *(gathering.claims(alert) for gathering in gatherings)])


def build_alert(received: Received, fields: Mapping[str, Any], notes: Notes) -> Alert:
    """The new alert of a request; takes the account's next number for it."""
    request_id, key = received.request.id, received.outcome.thirdparty_id
    own = {**fields, "tiny_id": received.number(), "thirdparty_id": key, "source_log_id": request_id}
    source = received.integration["id"]
    alert, cuts = bounded(new_alert(received.alert_id, received.account_id, source, "Integration", own, received.now))
    for cut in cuts:
        notes.add(cut, "warn")
    return alert


def _record(received: Received, decision: Decision, facts: Facts, notes: Notes) -> Changes:
    fields = fields_of(received.outcome, received.adapter, received.integration, received.request, notes)
    alert = moved(build_alert(received, fields, notes), states.RESOLVED, received.now)
    events = (Event("alert.created", alert), Event("alert.resolved", alert))
    return _follow(received, decision.thread, facts) + Changes(created=(alert,), events=events)


def _count(received: Received, decision: Decision, facts: Facts, notes: Notes) -> Changes:
    alert_id = str(decision.alert_id)
    key = ids.prefix_id(ids.ALERT, alert_id)
    notes.add(f"counted as a duplicate of {key}")
    changes = _follow(received, decision.thread, facts)
    if decision.thread.live != alert_id:
        changes += Changes(counted=(Counted(alert_id, 1),))
    alert = facts.alert(key) if decision.acknowledged else None
    if alert and alert["status"] in states.BY_INTEGRATION[states.ACKNOWLEDGED]:
        changes += status_change(alert, moved(alert, states.ACKNOWLEDGED, received.now))
    return changes


def _change(target: str) -> Effects:
    def effect(received: Received, decision: Decision, facts: Facts, notes: Notes) -> Changes:
        key = ids.prefix_id(ids.ALERT, str(decision.alert_id))
        alert = facts.alert(key)
        if alert is None or alert["status"] not in states.BY_INTEGRATION[target]:
            notes.add(f"{key} is {alert['status'] if alert else 'deleted'}: nothing to do")
            return _follow(received, decision.thread, facts)
        notes.add(f"{target} {key}")
        thread = correlation.absorb(decision.thread, alert["id"], True)  # suppressed, it took no duplicates
        log = log_of(alert, f"{target} by {received.integration['name']}", facts)
        changed = status_change(alert, moved(alert, target, received.now))
        return _follow(received, thread, facts) + changed + Changes(logs=(log,))

    return effect


def _nothing(received: Received, decision: Decision, facts: Facts, notes: Notes) -> Changes:
    return _follow(received, decision.thread, facts)


Effects = Callable[[Received, Decision, Facts, Notes], Changes]
_EFFECTS: Mapping[Effect, Effects] = {
    Effect.OPEN: _open,
    Effect.RECORD: _record,
    Effect.COUNT: _count,
    Effect.RESOLVE: _change(states.RESOLVED),
    Effect.ACKNOWLEDGE: _change(states.ACKNOWLEDGED),
    Effect.NOTHING: _nothing,
}
