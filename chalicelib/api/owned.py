"""What of the things that filters name an account really has: what lies elsewhere must not even be counted."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib import ids
from chalicelib.storage import configuration


def owned(account_id: str, named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The ULIDs of configured things by the text that names them, of (text, prefix): an id in either form."""
    keys = [(text, key) for text, prefix in named if (key := ids.key_of(prefix, text))]
    found = configuration.read_many(account_id, [key for _, key in keys]) if keys else {}
    return {text: str(found[key]["id"]) for text, key in keys if key in found}
