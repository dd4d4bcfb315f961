"""Process a received request: adapt it, find the alert it is about, and store what follows in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.adapters import for_integration
from chalicelib.adapters.kit.adapter import Action, Adapter, Outcome, adapt
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.secrets import masked, shown
from chalicelib.alerts import correlation, states
from chalicelib.alerts.alert import Alert, new_alert
from chalicelib.alerts.correlation import Decision, Effect, Thread
from chalicelib.handling import opening
from chalicelib.handling.fields import fields_of
from chalicelib.handling.journal import Journal
from chalicelib.intake.envelope import Envelope, pack_request, unpack_request
from chalicelib.intake.fetch import fetch
from chalicelib.storage import alerts, configuration, dynamo, logs, timers
from chalicelib.times import iso


@dataclass
class Work:
    """One request on its way, with what was found out about it."""

    integration: Mapping[str, Any]
    adapter: Adapter
    request: Request
    outcome: Outcome
    now: datetime
    replay_of: str | None = None
    alert_id: str = ""
    tiny_id: int = 0
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.now)

    @property
    def account_id(self) -> str:
        return str(self.integration["account_id"])

    @property
    def key(self) -> str | None:
        return self.outcome.thirdparty_id


def process(envelope: Envelope, now: datetime) -> None:
    """Process a queued request; again is harmless. Raises what storage raises: the message is then retried.

    Raises KeyError or ValueError for a message that is none of ours.
    """
    request = unpack_request(envelope["request"], envelope["log_id"])
    integration = configuration.cached(envelope["account_id"], envelope["integration"])
    if integration is None:
        return  # deleted since: nobody is left to own a log
    work = prepare(integration, request, now, envelope.get("replay_of"), bool(envelope.get("unchecked")))
    confirmation = work.adapter.confirmation_url(request) if work.outcome.action is Action.OTHER else None
    confirmed = _confirm(confirmation) if confirmation else ""
    dynamo.until_settled(lambda: _settle(work, confirmed))


def prepare(
    integration: Mapping[str, Any],
    request: Request,
    now: datetime,
    replay_of: str | None = None,
    unchecked: bool = False,
) -> Work:
    """Run the integration's adapter over a request. `unchecked`: it came by a way without a door, so what the adapter
    blocks is refused here; others were checked when they were received."""
    adapter = for_integration(integration, fetch)
    if adapter.needs_existing:
        request = replace(request, existing=_existing(integration, adapter, request))
    outcome = adapt(adapter, request, check_blocked=unchecked)
    if outcome.blocked:
        outcome = Outcome(True, Action.OTHER, None, None, outcome.note or "refused: the sender's check did not pass")
    return Work(integration, adapter, request, outcome, now, replay_of)


def _existing(integration: Mapping[str, Any], adapter: Adapter, request: Request) -> Alert | None:
    key = adapt(adapter, request, check_blocked=False).thirdparty_id
    thread = alerts.read_thread(integration["id"], key)[0] if key else Thread()
    return alerts.read(integration["account_id"], alerts.key_of(thread.live)) if thread.live else None


def _confirm(url: str) -> str:
    try:
        fetch(url)
    except OSError as error:
        return f"the subscription could not be confirmed: {error}"
    return "the subscription was confirmed"


def _settle(work: Work, confirmed: str) -> None:
    """One attempt: read, decide, write. Raises dynamo.Clash when another request won the race for an item."""
    work.journal = Journal(work.now)
    if confirmed:
        work.journal.note(confirmed, "warn" if "could not" in confirmed else "info")
    if work.outcome.note:
        work.journal.note(work.outcome.note)
    operations, pending = _effects(work)
    log = logs.put(
        _request_log(work), pack_request(masked(type(work.adapter), work.request, work.integration["options"]))
    )
    try:
        dynamo.transact([log, *operations])
    except dynamo.Clash as clash:
        if 0 in clash.failed:
            return  # the log says it was done: this is a redelivery
        raise
    for timer in pending:
        timers.send_if_soon(timer, work.now)


def _effects(work: Work) -> tuple[list[dynamo.Item], list[timers.Timer]]:
    """The operations that carry out what the request asks for, and the timers that they set."""
    if work.outcome.action is Action.OTHER or work.key is None:
        return [], []
    thread, version = alerts.read_thread(work.integration["id"], work.key)
    decision = decide(work, thread)
    operations, pending, after = _EFFECTS[decision.effect](work, decision)
    if decision.reason:
        work.journal.note(decision.reason)
    if after != thread:
        operations.append(alerts.put_thread(work.integration["id"], work.key, after, version, work.now))
    return operations, pending


def decide(work: Work, thread: Thread) -> Decision:
    """What the request does, given what is known of its key."""
    stamp = work.request.id
    if work.outcome.action is Action.RESOLVE:
        return correlation.resolve(thread, stamp)
    if work.outcome.action is Action.ACKNOWLEDGE:
        return correlation.acknowledge(thread, stamp)
    work.alert_id = work.alert_id or ids.new(work.now)
    return correlation.create(thread, stamp, work.alert_id, force=work.outcome.action is Action.RECREATE)


Effects = tuple[list[dynamo.Item], list[timers.Timer], Thread]


def _open(work: Work, decision: Decision) -> Effects:
    fields = fields_of(work.outcome, work.adapter, work.integration, work.request, work.journal)
    claims = opening.claims_of(work.account_id, work.integration, fields)
    holder, held = opening.holder_of(work.account_id, claims, work.now)
    if holder and work.outcome.action is not Action.RECREATE:
        work.journal.note(f"counted as a duplicate of {holder['prefix_id']}: it shares a dedup key or its title")
        counted = [alerts.count_duplicate(holder["prefix_id"], work.now, absorbing_only=True)]
        return counted, [], alerts.read_thread(work.integration["id"], str(work.key))[0]
    alert = build_alert(work, fields)
    opened = opening.open_alert(
        alert,
        destinations_of(work.integration),
        work.adapter.log_data(work.request),
        work.now,
        decision.acknowledged,
    )
    opening.set_auto_resolve(opened, work.integration, work.now)
    opened.operations += opening.plan_claims(opened.alert, claims, held, work.now)
    work.journal.note(f"made alert {alert['prefix_id']}: {opened.alert['status']}")
    absorbs = opened.alert["status"] != states.SUPPRESSED
    thread = decision.thread
    return opened.operations, opened.timers, replace(thread, absorbs=absorbs) if thread.live == alert["id"] else thread


def _record(work: Work, decision: Decision) -> Effects:
    fields = fields_of(work.outcome, work.adapter, work.integration, work.request, work.journal)
    resolved = {"status": states.RESOLVED, "resolved_at": iso(work.now)}
    alert = build_alert(work, {**fields, **resolved})
    return [alerts.put(alert)], [], decision.thread


def build_alert(work: Work, fields: Mapping[str, Any]) -> Alert:
    """The new alert of a request; takes the account's next number for it, once."""
    work.tiny_id = work.tiny_id or configuration.next_tiny_id(work.account_id, ids.ALERT)
    own = {**fields, "tiny_id": work.tiny_id, "thirdparty_id": work.key, "source_log_id": work.request.id}
    return new_alert(work.alert_id, work.account_id, work.integration["id"], "Integration", own, work.now)


def _count(work: Work, decision: Decision) -> Effects:
    key = alerts.key_of(str(decision.alert_id))
    operations = [alerts.count_duplicate(key, work.now)]
    work.journal.note(f"counted as a duplicate of {key}")
    if decision.acknowledged:
        alert = alerts.read(work.account_id, key)
        if alert and alert["status"] in states.BY_INTEGRATION[states.ACKNOWLEDGED]:
            operations = [_with_count(alerts.transition(alert, states.ACKNOWLEDGED, work.now))]
    return operations, [], decision.thread


def _with_count(operation: dynamo.Item) -> dynamo.Item:
    """A transition that counts a duplicate too: a transaction holds one operation per item."""
    arguments = operation["Update"]
    names = {**arguments["ExpressionAttributeNames"], "#count": "dedup_count"}
    values = {**arguments["ExpressionAttributeValues"], ":one": {"N": "1"}}
    expression = arguments["UpdateExpression"] + " ADD #count :one"
    changed = {"UpdateExpression": expression, "ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    return {"Update": {**arguments, **changed}}


def _change(target: str) -> Any:
    def effect(work: Work, decision: Decision) -> Effects:
        key = alerts.key_of(str(decision.alert_id))
        alert = alerts.read(work.account_id, key)
        if alert is None or alert["status"] not in states.BY_INTEGRATION[target]:
            work.journal.note(f"{key} is {alert['status'] if alert else 'deleted'}: nothing to do")
            return [], [], decision.thread
        work.journal.note(f"{target} {key}")
        log = logs.new_log(
            ids.new(work.now),
            work.account_id,
            ("Alert", alert["id"]),
            work.now,
            f"{target} by {work.integration['name']}",
            [],
        )
        thread = correlation.absorb(decision.thread, alert["id"], True)  # suppressed, it took no duplicates
        return [alerts.transition(alert, target, work.now), logs.put(log, once=False)], [], thread

    return effect


def _nothing(work: Work, decision: Decision) -> Effects:
    return [], [], decision.thread


_EFFECTS = {
    Effect.OPEN: _open,
    Effect.RECORD: _record,
    Effect.COUNT: _count,
    Effect.RESOLVE: _change(states.RESOLVED),
    Effect.ACKNOWLEDGE: _change(states.ACKNOWLEDGED),
    Effect.NOTHING: _nothing,
}


def destinations_of(integration: Mapping[str, Any]) -> list[str]:
    """The prefix ids of an integration's destinations: teams, routers, account users."""
    kinds = ((ids.TEAM, "team_ids"), (ids.ROUTER, "router_ids"), (ids.ACCOUNT_USER, "account_user_ids"))
    return [ids.prefix_id(prefix, found) for prefix, name in kinds for found in integration[name]]


def _request_log(work: Work) -> logs.Log:
    options = work.integration["options"]
    message = {**shown(type(work.adapter), work.request, options), "action": str(work.outcome.action)}
    message |= {"replay_of": work.replay_of} if work.replay_of else {}
    owner = ("Integration", work.integration["id"])
    entries = work.journal.entries
    return logs.new_log(work.request.id, work.account_id, owner, work.now, message, entries, work.journal.level)
