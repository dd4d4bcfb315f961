"""Changes of an account's configuration: decided by those who call, written here in one transaction, or not at all.

No reference is left dangling. What makes an object name another counts in the account's tally and is written on the
condition that nothing was removed since the tally was read; what removes an object counts there too, on the condition
that no reference was made since. So either sees the other, whoever comes first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.accounts.objects import Object
from chalicelib.alerts.log import Log
from chalicelib.encoding import encode
from chalicelib.errors import Invalid
from chalicelib.storage import configuration, dynamo, logs
from chalicelib.storage.configuration import TABLE, TALLY, Tally

_REFERENCES, _REMOVALS = "references", "removals"
_MOST_OPERATIONS = 100
_MOST_BYTES = 3 * 1024 * 1024  # DynamoDB's transaction holds 4 MB


class Taken(Exception):
    """A name that an object must have for itself belongs to another."""


@dataclass(frozen=True)
class Edit:
    """One object made (`before` is None), changed, or removed (`after` is None).

    `names` are those that it must have for itself in the account, before and after, such as ``email:a@example.com``;
    `counts` is what it adds to the tally; `refers` says whether it comes to name an object that it did not name.
    """

    before: Object | None
    after: Object | None
    names: tuple[Collection[str], Collection[str]] = ((), ())
    counts: Mapping[str, int] = field(default_factory=dict)
    refers: bool = False


def commit(tally: Tally, edits: Sequence[Edit], entries: Iterable[Log] = ()) -> None:
    """Write all edits with their log entries. `tally` is the account's, read before anything that the edits rely on.

    Raises Taken for a name that belongs to another, Invalid for more than a transaction holds, and Contended when
    anything has changed since it was read: `commit.settle` reads and decides again.
    """
    written = [
        *_of_tally(tally, edits),
        *(part for edit in edits for part in _of_object(edit)),
        *map(logs.put, entries),
    ]
    claims = [part for edit in edits for part in _claims(edit)]
    _check_size(edits, len(written) + len(claims))
    try:
        dynamo.transact([*written, *claims])
    except dynamo.Clash as clash:
        if clash.failed and min(clash.failed) >= len(written):
            raise Taken from clash
        raise
    for edit in edits:
        configuration.forget(edit.after or edit.before)


def _of_tally(tally: Tally, edits: Sequence[Edit]) -> list[dynamo.Item]:
    """What the edits add to the account's tally, on the condition that what they rely on is as it was read."""
    added: dict[str, int] = {
        _REFERENCES: sum(edit.refers for edit in edits),
        _REMOVALS: sum(edit.after is None for edit in edits),
    }
    for edit in edits:
        for name, amount in edit.counts.items():
            added[name] = added.get(name, 0) + amount
    added = {name: amount for name, amount in added.items() if amount}
    if not added:
        return []
    relied = [name for name, amount in added.items() if amount < 0]
    relied += [_REMOVALS] * (_REFERENCES in added) + [_REFERENCES] * (_REMOVALS in added)
    unchanged = {name: tally.of(name) for name in relied}
    condition = " AND ".join(_is(name, value) for name, value in unchanged.items()) or None
    values = {f":{name}": value for name, value in unchanged.items()}
    return [dynamo.update(TABLE, tally.account_id, TALLY, add=added, condition=condition, values=values)]


def _is(name: str, value: int) -> str:
    equal = f"#{name} = :{name}"
    return equal if value else f"(attribute_not_exists(#{name}) OR {equal})"


def _of_object(edit: Edit) -> list[dynamo.Item]:
    """The object at all its places, and away from where it was, on the condition that it is as it was read."""
    before = configuration.places(edit.before) if edit.before else []
    after = configuration.places(edit.after) if edit.after else []
    condition: dict[str, Any] = {"condition": "attribute_not_exists(pk)"}
    if edit.before:
        condition = {"condition": "version = :version", "values": {":version": edit.before["version"]}}
    first = (after or before)[0]
    operations = []
    for place in dict.fromkeys((*after, *before)):
        conditions = condition if place == first else {}
        if place in after:
            operations.append(dynamo.put(TABLE, _item(place, edit.after or {}), **conditions))
        else:
            operations.append(dynamo.delete(TABLE, *place, **conditions))
    released = set(edit.names[0]) - set(edit.names[1])
    owner = (edit.before or edit.after or {})["account_id"]
    return operations + [dynamo.delete(TABLE, owner, f"unique#{name}") for name in sorted(released)]


def _item(place: configuration.Place, found: Object) -> dynamo.Item:
    data = {name: value for name, value in found.items() if name != "version"}
    return {"pk": place[0], "sk": place[1], "version": found["version"], "data": data}


def _claims(edit: Edit) -> list[dynamo.Item]:
    if edit.after is None:
        return []
    item = {"pk": edit.after["account_id"], "owner": edit.after["prefix_id"]}
    return [
        dynamo.put(
            TABLE,
            {**item, "sk": f"unique#{name}"},
            "attribute_not_exists(pk) OR #owner = :owner",
            {":owner": item["owner"]},
        )
        for name in sorted(set(edit.names[1]) - set(edit.names[0]))
    ]


def _check_size(edits: Sequence[Edit], operations: int) -> None:
    size = sum(len(encode(edit.after)) * len(configuration.places(edit.after)) for edit in edits if edit.after)
    if operations > _MOST_OPERATIONS or size > _MOST_BYTES:
        raise Invalid(f"{len(edits)} objects cannot change together: do it in several calls")
