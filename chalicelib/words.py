"""The words of the domain, each table once: urgencies, severities, and the kinds of receivers that alerts go to."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from chalicelib import ids

Urgency = Literal["silent", "low", "medium", "high", "critical"]
URGENCIES: tuple[str, ...] = get_args(Urgency)
"""From the least urgent to the most."""


def is_worse(urgency: str, than: str) -> bool:
    """Whether one urgency is above another; what is no urgency is above none."""
    return urgency in URGENCIES and than in URGENCIES and URGENCIES.index(urgency) > URGENCIES.index(than)


Severity = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4", "SEV-5", "SEV-UNKNOWN"]
SEVERITIES: tuple[str, ...] = get_args(Severity)


LONGEST_DESCRIPTION = 50_000
"""Characters of an alert's description."""


class Receiver(NamedTuple):
    """A kind of thing that an alert can be sent to: the prefix of its ids, and its noun in field names."""

    prefix: str
    noun: str

    @property
    def destination_field(self) -> str:
        """Where an alert names such receivers, as ULIDs."""
        return f"destination_{self.noun}_ids"

    @property
    def integration_field(self) -> str:
        """Where an integration names such receivers, as ULIDs."""
        return f"{self.noun}_ids"

    @property
    def default_field(self) -> str:
        """Where a router names such a receiver for what no rule assigns, as a ULID."""
        return f"default_receiver_{self.noun}_id"


RECEIVERS = (Receiver(ids.TEAM, "team"), Receiver(ids.ROUTER, "router"), Receiver(ids.ACCOUNT_USER, "account_user"))
DESTINATION_FIELDS = {receiver.destination_field: receiver.prefix for receiver in RECEIVERS}
INTEGRATION_FIELDS = {receiver.integration_field: receiver.prefix for receiver in RECEIVERS}
DEFAULT_FIELDS = {receiver.default_field: receiver.prefix for receiver in reversed(RECEIVERS)}
"""In the order in which they count: an account user before a router before a team."""
