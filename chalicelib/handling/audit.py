"""What a change of configuration leaves in the logs of the object that was changed: who, what, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.accounts.differences import Masked, differences
from chalicelib.alerts.log import Log

_MOST_NAMED = 10


@dataclass(frozen=True)
class Actor:
    """Who changes something: an account user by one of their API tokens, or whoever runs the deployment."""

    name: str
    account_user_id: str | None = None
    api_token_id: str | None = None
    api_token_name: str | None = None


OPERATOR = Actor("the operator")


def entry(
    actor: Actor,
    owner_type: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    masked: Masked,
    now: datetime,
) -> Log:
    """The log of an object that was made (`before` is None), changed, or deleted (`after` is None); `masked` gives it
    without secrets."""
    found = after or before or {}
    action = "created" if before is None else "deleted" if after is None else "updated"
    changed = differences(before, after, masked)
    by = f"{actor.name}, API token {actor.api_token_name}" if actor.api_token_name else actor.name
    named = ", ".join([*changed["fields"][:_MOST_NAMED], *(["..."] if changed["fields"][_MOST_NAMED:] else [])])
    which = f": {named}" if action == "updated" else ""
    change = {"action": action, **asdict(actor), **changed}
    return Log(ids.new(now), found["account_id"], (owner_type, found["id"]), f"{action} by {by}{which}", change=change)
