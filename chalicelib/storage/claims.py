"""Claims: names that one thing holds for a while. A live alert gathers others under its dedup keys, its title, or a
router's group; a request holds what identifies it, so that the same one sent again is known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.alerts.changes import Claim, SeenClaim
from chalicelib.storage import dynamo
from chalicelib.storage.alerts import TABLE
from chalicelib.times import epoch_ms

_CLAIM = "claim"


def read(names: Iterable[str]) -> dict[str, SeenClaim]:
    """The claims that are stored, by name."""
    wanted = list(names)
    if len(wanted) == 1:
        item = dynamo.get(TABLE, wanted[0], _CLAIM)
        return {wanted[0]: _seen(item)} if item else {}
    items = dynamo.batch_get(TABLE, [(name, _CLAIM) for name in wanted]) if wanted else []
    return {item["pk"]: _seen(item) for item in items}


def _seen(item: dynamo.Item) -> SeenClaim:
    return SeenClaim(item["holder"], item["since_ms"])


def put(claim: Claim, now: datetime) -> dynamo.Item:
    """The operation that takes a claim, if it is still as it was seen."""
    item = {
        "pk": claim.name,
        "sk": _CLAIM,
        "holder": claim.holder,
        "since_ms": epoch_ms(now),
        "expires_at": int((now + claim.keep).timestamp()),
    }
    if claim.seen is None:
        return dynamo.put(TABLE, item, "attribute_not_exists(pk)")
    return dynamo.put(TABLE, item, "holder = :seen", {":seen": claim.seen.holder})
