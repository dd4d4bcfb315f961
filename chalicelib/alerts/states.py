"""The states of an alert and what may change them. Source: the v4 API's rules for acknowledge, resolve and reject."""

from __future__ import annotations

from chalicelib.errors import Invalid

QUEUED = "queued"
OPEN = "open"
ACKNOWLEDGED = "acknowledged"
RESOLVED = "resolved"
DROPPED = "dropped"
SUPPRESSED = "suppressed"

STATES = (QUEUED, OPEN, ACKNOWLEDGED, RESOLVED, DROPPED, SUPPRESSED)
ABSORBING = (QUEUED, OPEN, ACKNOWLEDGED, DROPPED)
"""States in which an alert takes further creates with its key as duplicates."""

UNRESOLVED = (QUEUED, OPEN, ACKNOWLEDGED, DROPPED, SUPPRESSED)
BY_USER = {
    ACKNOWLEDGED: (OPEN, DROPPED, SUPPRESSED),
    RESOLVED: (OPEN, DROPPED, ACKNOWLEDGED),
}
BY_INTEGRATION = {
    ACKNOWLEDGED: (QUEUED, OPEN, DROPPED, SUPPRESSED),
    RESOLVED: UNRESOLVED,
}


def check_transition(status: str, target: str) -> None:
    """Raise Invalid when a user may not bring an alert from `status` to `target`."""
    allowed = BY_USER[target]
    if status not in allowed:
        raise Invalid(f"status is {status}: only an alert that is {' or '.join(allowed)} can become {target}")


def routed_status(receivers: bool, delayed: bool, suppressed: bool) -> str:
    """The status of an alert after routing. One that reaches nobody is dropped, never left unseen."""
    if receivers:
        return OPEN
    if delayed:
        return QUEUED
    return SUPPRESSED if suppressed else DROPPED
