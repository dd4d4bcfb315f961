"""Gather: a new alert joins a live one that shares a dedup key or its title, and the same request sent again joins
the alert that it made.

A new alert claims the names under which others would join it. Requests with a key of their own need none to be known
again; of those without, or that always make an alert, the bytes are remembered for ten minutes: a sender whose answer
was lost sends them once more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib import ids
from chalicelib.adapters.kit.request import Request
from chalicelib.alerts.alert import Alert
from chalicelib.alerts.changes import Changes, Claim, SeenClaim, claim_name
from chalicelib.alerts.states import ABSORBING
from chalicelib.durations import parse_duration
from chalicelib.encoding import encode
from chalicelib.handling.facts import Facts
from chalicelib.times import epoch_ms

_MOST_DEDUP_KEYS = 20
_KEPT = timedelta(days=60)
SENT_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Gathering:
    """The names that a new alert claims, as they are stored, and the alert that holds one of them, if any."""

    names: Mapping[str, timedelta]
    seen: Mapping[str, SeenClaim]
    holder: Alert | None

    def claims(self, alert: Alert) -> Changes:
        """The claims of an alert that is made."""
        return Changes(claims=tuple(Claim(n, alert["id"], self.seen.get(n), keep) for n, keep in self.names.items()))


def gather(integration: Mapping[str, Any], fields: Mapping[str, Any], facts: Facts, now: datetime) -> Gathering:
    """Who gathers an alert of an integration, with these fields: the oldest live alert that shares a dedup key, or
    its title within the integration's period."""
    periods: dict[str, int | None] = {
        claim_name("dedup", facts.account_id, key): None for key in fields["dedup_keys"][:_MOST_DEDUP_KEYS]
    }
    period = parse_duration(integration["options"].get("auto_aggregate_timeout"))
    if period:
        periods[claim_name("title", integration["id"], fields["title"])] = period
    seen = facts.claims(periods) if periods else {}
    now_ms = epoch_ms(now)
    holders = {claim.holder for name, claim in seen.items() if _counts(claim, periods[name], now_ms)}
    alerts = [facts.alert(ids.prefix_id(ids.ALERT, holder)) for holder in sorted(holders)]
    live = [alert for alert in alerts if alert and alert["status"] in ABSORBING]
    return Gathering(dict.fromkeys(periods, _KEPT), seen, live[0] if live else None)


def _counts(claim: SeenClaim, period: int | None, now_ms: int) -> bool:
    return period is None or now_ms - claim.since_ms <= period


def sent_again(integration: Mapping[str, Any], request: Request, facts: Facts, now: datetime) -> Gathering:
    """Who made an alert of the very same request within ten minutes, whatever became of it."""
    sent = encode([request.method, request.query, hashlib.sha256(request.body).hexdigest()]).decode()
    name = claim_name("sent", integration["id"], sent)
    seen = facts.claims([name])
    recent = [c.holder for c in seen.values() if epoch_ms(now) - c.since_ms < SENT_AGAIN.total_seconds() * 1000]
    holder = facts.alert(ids.prefix_id(ids.ALERT, recent[0])) if recent else None
    return Gathering({name: SENT_AGAIN}, seen, holder)
