"""Lists of logs, and how a log is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from chalicelib import ids
from chalicelib.adapters import load
from chalicelib.adapters.kit.secrets import describe, shown
from chalicelib.api import listing, pages
from chalicelib.api.filters import Filter, possible_values
from chalicelib.api.http import Call
from chalicelib.api.listing import ListQuery
from chalicelib.api.owned import owned
from chalicelib.api.pages import Row, Selection
from chalicelib.api.references import RESOURCES
from chalicelib.intake.envelope import unpack_request
from chalicelib.storage import alerts, configuration, lists
from chalicelib.storage.lists import Source
from chalicelib.storage.logs import StoredLog
from chalicelib.storage.where import Condition, Where

_LEVELS = ("info", "warn", "error")
_LISTED = ("warn", "error")
"""The levels that have an index."""
_STEP = 64 * 1024  # characters


def page(call: Call, query: ListQuery) -> dict[str, Any]:
    """A page of the account's logs. Raises BadRequest for a level that there is not."""
    return pages.page(query, _select(call, query))


def _select(call: Call, query: ListQuery) -> Selection:
    source, answered = _index(call.account_id, query)
    source, rest = pages.narrowed(source, query, ids.LOG)
    left = []
    for found in rest.filters:
        clause = _clause(found, source.index)
        if clause and found not in answered:
            source = source.wanting(clause, clause)
        elif found not in answered:
            left.append(found)
    rest = replace(rest, filters=tuple(left))

    def accept(row: Row) -> bool:
        return listing.matches(rest, row, _searched)

    decides = accept if rest.filters or rest.q else None
    return Selection(source, lambda log: present(call, cast("StoredLog", log)), decides, is_countable=decides is None)


def _index(account_id: str, query: ListQuery) -> tuple[Source, list[Filter]]:
    """The narrowest index, and the filters that its partitions answer."""
    asked = [found for found in query.filters if found.attribute == "level"]
    levels = possible_values(query.filters, "level", _LEVELS)
    if levels is not None and not set(levels) - set(_LISTED):
        return lists.logs_of_levels(account_id, levels), asked
    for found in query.filters:
        if found.attribute == "owner_id" and found.operator == "equals":
            owners = _owners(account_id, found.values)
            if len(owners) == len(found.values):
                return lists.logs_of_owners(account_id, tuple(owners.values())), [found]
    return lists.logs_of_account(account_id), []


def _owners(account_id: str, values: Iterable[str]) -> dict[str, str]:
    """The ULIDs of what the account has that has logs, by the ids that were given."""
    found = owned(account_id, ((value, prefix) for value in values for prefix in RESOURCES))
    keys = {value: key for value in values if value not in found and (key := ids.key_of(ids.ALERT, value))}
    stored = alerts.read_many(account_id, keys.values()) if keys else {}
    return found | {value: stored[key]["id"] for value, key in keys.items() if key in stored}


def _clause(found: Filter, index: str) -> Where:
    """What a filter asks of the rows of an index."""
    if found.operator == "equals" and found.attribute == "action" and all(found.values):
        return ((Condition("action", "is", found.values),),)
    is_owner = found.attribute == "owner_id" and index != "by_owner"  # which cannot be asked for its own key
    if found.operator == "equals" and is_owner and all(map(ids.is_ulid, found.values)):
        return ((Condition("parent", "is", found.values),),)
    return ()


def present(call: Call, log: StoredLog) -> Row:
    """A log as the API shows it: what it says, and of a request's log the request too, is in `details.message`."""
    message = log["message"]
    if isinstance(message, dict):
        message = {**_described(call, log), **message}
    hidden = ("request", "message", "sublogs", "change")
    change = {"change": log["change"]} if log["change"] else {}
    return {
        **{name: value for name, value in log.items() if name not in hidden},
        "format": "json" if isinstance(message, dict) else "text",
        "details": {"message": message, "sublogs": log["sublogs"], **change},
        "updated_at": log["created_at"],
        "tiny_id": None,
        "meta": {},
    }


def cut(log: Row) -> Row:
    """A shown log as an answer holds it: of a request that is too large without its parameters, as its body has them
    once more, and of a long text the beginning. It says so. What is stored stays whole: a replay sends all of it."""
    if listing.weight(log) <= listing.LARGEST_ANSWER:
        return log
    message = log["details"]["message"]
    text = str(message.get("body", "")) if isinstance(message, dict) else str(message)
    kept = _beginning(text)
    note = (
        "too large for an answer: without the params of the request, "
        f"and {len(kept):,} of the {len(text):,} characters of its body; a replay sends all of it"
    )
    sublogs = [*log["details"]["sublogs"], {"message": note, "level": "info", "time": log["created_at"]}]
    shown = {**message, "body": kept, "params": {}} if isinstance(message, dict) else kept
    return {**log, "details": {**log["details"], "message": shown, "sublogs": sublogs}}


def _beginning(text: str) -> str:
    """As much of a text as takes three quarters of an answer."""
    room = listing.LARGEST_ANSWER * 3 // 4
    for start in range(0, len(text), _STEP):
        room -= listing.weight(text[start : start + _STEP])
        if room < 0:
            return text[:start]
    return text


def _described(call: Call, log: StoredLog) -> dict[str, Any]:
    """The request of a log. It was stored without its secrets; where they are known they are looked for once more."""
    if not log["request"]:
        return {}
    request = unpack_request(log["request"], log["id"])
    integration = configuration.cached(call.account_id, ids.prefix_id(ids.INTEGRATION, log["owner_id"]))
    if integration is None:
        return describe(request)
    return shown(load(integration["integration_type"]), request, integration["options"])


def _searched(row: Mapping[str, Any]) -> Iterable[str]:
    yield str(row["details"]["message"])
    yield from (str(entry.get("message")) for entry in row["details"]["sublogs"])
