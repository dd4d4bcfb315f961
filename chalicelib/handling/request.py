"""A received request: what its adapter makes of it, its plan, and the commit of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from chalicelib import ids
from chalicelib.adapters import for_integration, load
from chalicelib.adapters.kit.adapter import Action, Adapter, Outcome, adapt, key_of
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.secrets import masked
from chalicelib.alerts.alert import Alert
from chalicelib.alerts.changes import Changes, Key
from chalicelib.alerts.correlation import Thread
from chalicelib.alerts.log import DONE, REFUSED, Log, Notes
from chalicelib.handling.facts import Facts, StoredFacts
from chalicelib.intake.envelope import Envelope, pack_request, unpack_request
from chalicelib.intake.fetch import fetch
from chalicelib.storage import configuration
from chalicelib.storage.commit import AlreadyDone, commit, settle


@dataclass(frozen=True)
class Received:
    """A request with what its adapter made of it. `alert_id` and `number` are those of the alert that it may make;
    the number is asked for once, when one is made. `notes`: what was found out on the way."""

    integration: Mapping[str, Any]
    adapter: Adapter
    request: Request
    outcome: Outcome
    now: datetime
    alert_id: str
    number: Callable[[], int]
    replay_of: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def account_id(self) -> str:
        return str(self.integration["account_id"])

    @property
    def key(self) -> Key:
        return Key(str(self.integration["id"]), str(self.outcome.thirdparty_id))

    @property
    def is_known_by_its_bytes(self) -> bool:
        """Whether only its bytes tell that it was sent before: it has no key, or makes an alert although one is live.
        A replay is meant to happen again."""
        keyless = self.outcome.thirdparty_id == self.request.id
        return not self.replay_of and (keyless or self.outcome.action is Action.RECREATE)


def receive(
    integration: Mapping[str, Any],
    request: Request,
    facts: Facts,
    now: datetime,
    number: Callable[[], int],
    checked: bool,
    replay_of: str | None = None,
) -> Received:
    """Run the integration's adapter over a request. `checked`: it came by the door, which refuses what the adapter
    blocks; what came by another way is checked here."""
    adapter = for_integration(integration, fetch)
    if adapter.needs_existing:
        request = replace(request, existing=_existing(integration, adapter, request, facts))
    outcome = adapt(adapter, request, check_blocked=not checked)
    if outcome.blocked:
        outcome = Outcome(True, Action.OTHER, None, None, outcome.note or "refused: the sender's check did not pass")
    return Received(integration, adapter, request, outcome, now, facts.new_id(), number, replay_of)


def _existing(integration: Mapping[str, Any], adapter: Adapter, request: Request, facts: Facts) -> Alert | None:
    key = key_of(adapter, request)
    thread = facts.thread(Key(integration["id"], key)).thread if key else Thread()
    return facts.alert(ids.prefix_id(ids.ALERT, thread.live)) if thread.live else None


def process(envelope: Envelope, now: datetime, seconds: float = 10.0) -> Changes | None:
    """Process a queued request; again is harmless. Answers what was done, None when it was done before.

    Raises KeyError or ValueError for a message that is none of ours; Contended or Throttled when it does not get
    through in `seconds`, and what storage raises: the message is then to be delivered again.
    """
    from chalicelib.handling.plan import plan

    request = unpack_request(envelope["request"], envelope["log_id"])
    integration = configuration.cached(envelope["account_id"], envelope["integration"])
    if integration is None:
        return None  # deleted since: nobody is left to own a log
    if "refused" in envelope:
        return _record_refusal(integration, request, envelope["refused"], now)
    number = cache(lambda: configuration.next_tiny_id(envelope["account_id"], ids.ALERT))

    def step() -> Changes:
        facts = StoredFacts(integration["account_id"], now)
        changes = plan(received, facts)
        commit(changes, now)
        return changes

    checked = not envelope.get("unchecked")
    facts = StoredFacts(envelope["account_id"], now)
    received = receive(integration, request, facts, now, number, checked, envelope.get("replay_of"))
    received = replace(received, notes=_confirm(received))
    try:
        return settle(step, seconds)
    except AlreadyDone:
        return None


def _confirm(received: Received) -> tuple[str, ...]:
    """Fetch the URL by which a vendor wants a subscription confirmed, and say how that went."""
    asked = received.outcome.action is Action.OTHER and not received.outcome.blocked
    url = received.adapter.confirmation_url(received.request) if asked else None
    if not url:
        return ()
    try:
        fetch(url)
    except OSError as error:
        return (f"the subscription could not be confirmed: {error}",)
    pins = received.adapter.pinned(received.request)
    advice = "".join(f"; to believe this source alone, set option_{name} to {value}" for name, value in pins.items())
    return (f"the subscription was confirmed{advice}",)


def _record_refusal(integration: Mapping[str, Any], request: Request, why: str, now: datetime) -> Changes:
    """Leave a log of a request that the door refused."""
    notes = Notes(now)
    notes.add(why, "warn")
    changes = Changes(logs=(request_log(integration, request, {"action": "refused"}, notes, REFUSED),))
    commit(changes, now)
    return changes


def request_log(
    integration: Mapping[str, Any],
    request: Request,
    message: Mapping[str, Any],
    notes: Notes,
    state: str = DONE,
) -> Log:
    """The log of a request, without the request's secrets."""
    adapter = load(integration["integration_type"])
    return Log(
        request.id,
        integration["account_id"],
        ("Integration", integration["id"]),
        message,
        tuple(notes.entries),
        notes.level,
        state,
        pack_request(masked(adapter, request, integration["options"])),
    )
