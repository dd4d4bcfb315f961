"""Keys that tell unlike problems apart: of several identities, of a group's key and some labels, of any length."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from chalicelib.adapters.kit.values import Json, blank, split_unique, text

LONGEST = 1024  # characters of a key that are kept as they are
_KEPT = 900


def bounded(key: str) -> str:
    """The key, or for one of more than 1,024 characters its first 900 and a hash of all: unlike keys stay unlike."""
    if len(key) <= LONGEST:
        return key
    return f"{key[:_KEPT]}…sha256:{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


def key(kind: str, *identities: Json) -> str | None:
    """One key out of several identities, in a name space of its own: ``key("alarm", account, name)``.

    Different identities never give the same key. None when one of them is missing: fewer would merge unlike problems.
    """
    return None if any(blank(one) for one in identities) else "|".join(map(_escaped, (kind, *identities)))


def with_labels(base: Json, options: Mapping[str, Any], *sources: Mapping[str, Json]) -> Json:
    """The key of a group with the labels that the option `key_labels` names, each from the first of the `sources` that
    has it. A label that none has joins as missing, so a group that lacks it is a group of its own."""
    names = split_unique(options.get("key_labels"))
    if blank(base) or not names:
        return base
    return "|".join([_escaped(base), *(f"{_escaped(name)}={_escaped(_first(name, sources))}" for name in names)])


def _first(name: str, sources: tuple[Mapping[str, Json], ...]) -> Json:
    return next((source[name] for source in sources if not blank(source.get(name))), "")


def _escaped(part: Json) -> str:
    return text(part).replace("\\", "\\\\").replace("|", "\\|")
