"""Create, retrieve, update, delete and list, once for every resource of the configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from chalicelib.accounts.objects import Object, new_object
from chalicelib.accounts.validation import names_of, validate
from chalicelib.alerts.log import Log
from chalicelib.api import listing
from chalicelib.api.http import Call, key_of
from chalicelib.api.references import RESOURCES, resolve, users_of
from chalicelib.api.resource import Resource
from chalicelib.encoding import encode
from chalicelib.errors import BadRequest, Conflict, Forbidden, Invalid, NotFound
from chalicelib.handling import audit
from chalicelib.storage import configuration, edits
from chalicelib.storage.commit import settle
from chalicelib.storage.configuration import Tally
from chalicelib.storage.edits import Edit
from chalicelib.times import iso

MOST_EXAMINED = 1000
_LARGEST = 350 * 1024  # an item of DynamoDB holds 400 KiB
_NAMED_USERS = 5


def present(resource: Resource, found: Object, call: Call) -> Object:
    return {name: value for name, value in resource.show(found, call).items() if name != "version"}


def find(resource: Resource, call: Call, identifier: str) -> Object:
    """An object of the caller's account by either form of its id. Raises NotFound."""
    found = configuration.read(call.account_id, key_of(resource.prefix, identifier, resource.name))
    if found is None or not resource.may_read(call, found):
        raise NotFound(f"{resource.name} not found")
    return found


def list_(resource: Resource, call: Call) -> Any:
    """A page of the account's objects. In the order of their making it costs what the page holds; filters, `q` and
    other orders look at up to 1,000 objects. Raises BadRequest."""
    query = listing.parse(call.query)
    total = configuration.tally(call.account_id).of(resource.prefix)
    if query.is_plain and (call.caller.is_admin or not resource.is_private):
        at_once = query.offset + query.limit + (2 if query.cursor else 1)  # one too many, and the cursor's own
        rows = configuration.rows(call.account_id, resource.prefix, query.ascending, query.cursor, at_once)
        shown = (present(resource, found, call) for found in islice(rows, query.offset, None))
        return listing.page_of(shown, query.limit, total)
    if total > MOST_EXAMINED:
        return _examined(resource, call, query)
    rows = configuration.rows(call.account_id, resource.prefix)
    return listing.page(query, _visible(resource, call, list(rows)), resource.searched)


def _visible(resource: Resource, call: Call, rows: Sequence[Object]) -> list[Object]:
    return [present(resource, found, call) for found in rows if resource.may_read(call, found)]


def _examined(resource: Resource, call: Call, query: listing.ListQuery) -> Any:
    """What matches among the next 1,000 objects; the cursor goes on behind them."""
    if query.sort not in listing.BY_TIME:
        raise BadRequest(f"sort by {query.sort[:50]} takes at most {MOST_EXAMINED} objects: sort by created_at")
    rows = configuration.rows(call.account_id, resource.prefix, query.ascending, query.cursor)
    looked_at = list(islice(rows, MOST_EXAMINED + 1))
    more = len(looked_at) > MOST_EXAMINED
    shown = _visible(resource, call, looked_at[:MOST_EXAMINED])
    matching = [row for row in shown if listing.matches(query, row, resource.searched)]
    answer = listing.page_of(matching[query.offset :], query.limit, len(matching), more, exact=False)
    if more and len(answer["data"]) == len(matching[query.offset :]):
        answer["next_cursor"] = looked_at[MOST_EXAMINED - 1]["id"]
    return answer


def create(resource: Resource, call: Call, more: Mapping[str, Any] | None = None) -> Object:
    """Validate and store a new object; `more` are fields that the call's parameters do not hold. Raises Invalid naming
    every fault; then nothing is stored."""
    number: list[int] = []  # taken once, however often the step runs

    def step() -> Object:
        tally = configuration.tally(call.account_id)
        fields = _fields(resource, call, {})
        found = resource.complete(call, new_object(resource.prefix, call.account_id, fields, call.now), None)
        found |= more or {}
        _check(resource, call, found)
        along = _along(resource, call, found)
        number.extend([] if number else [configuration.next_tiny_id(call.account_id, resource.prefix)])
        found["tiny_id"] = number[0]
        _commit(call, tally, [resource.edit(None, found), *along])
        return found

    return settle(step)


def update(resource: Resource, call: Call, identifier: str) -> Object:
    """Change the parameters that are present; what is as it was is not written. Raises Invalid, Forbidden, Conflict."""

    def step() -> Object:
        tally = configuration.tally(call.account_id)
        stored = find(resource, call, identifier)
        if not (call.caller.is_admin or resource.may_write(call, stored)):
            raise Forbidden(f"only an admin of the account may change this {resource.name}")
        found = resource.complete(call, {**stored, **_fields(resource, call, stored)}, stored)
        _check(resource, call, found)
        along = _along(resource, call, found)
        if found != stored:
            found = _next_version(found, call)
            along.insert(0, resource.edit(stored, found))
        if along:
            _commit(call, tally, along)
        return found

    return settle(step)


def delete(resource: Resource, call: Call, identifier: str) -> None:
    """Delete an object that nothing names, with what belongs to it. Raises Forbidden, and Conflict naming its users."""

    def step() -> None:
        tally = configuration.tally(call.account_id)
        found = find(resource, call, identifier)
        if not (call.caller.is_admin or resource.may_delete(call, found)):
            raise Forbidden(f"only an admin of the account may delete this {resource.name}")
        changes = [resource.edit(found, None)]
        users: list[str] = []
        for user, named, field in users_of(found):
            if field == user.belongs_to:
                changes.append(user.edit(named, None))
                continue
            users.append(f"{named['prefix_id']} ({field})")
            if len(users) > _NAMED_USERS:
                break
        if users:
            rest = ", and others" if len(users) > _NAMED_USERS else ""
            raise Conflict(f"{resource.name} is in use by {', '.join(users[:_NAMED_USERS])}{rest}")
        _commit(call, tally, changes)

    settle(step)


def _along(resource: Resource, call: Call, found: Object) -> list[Edit]:
    return [
        RESOURCES[before["prefix_id"][:3]].edit(before, _next_version(after, call))
        for before, after in resource.along(call, found)
    ]


def _next_version(changed: Object, call: Call) -> Object:
    return {**changed, "updated_at": iso(call.now), "version": changed["version"] + 1}


def _check(resource: Resource, call: Call, found: Object) -> None:
    resource.check(call, found)
    if len(encode(found)) > _LARGEST:
        raise Invalid(f"{resource.name} is too large: all its fields together may take {_LARGEST // 1024} KiB")


def _fields(resource: Resource, call: Call, stored: Mapping[str, Any]) -> Object:
    """The resource's own fields, as stored and with the call's parameters over them, validated and resolved."""
    given = resource.read(call.params, stored)
    names = names_of(resource.model)
    own = {name: stored[name] for name in names if name in stored}
    known = {name: given[name] for name in names if name in given}
    fields = validate(resource.model, {**own, **known}, resource.renamed)
    references = {name: prefix for name, prefix in resource.references.items() if name in known}
    return {**fields, **resolve(call.account_id, fields, references)}


def _commit(call: Call, tally: Tally, changes: Sequence[Edit]) -> None:
    """Write the changes with their logs. Raises Conflict for what the account would have too few of, and for names
    that belong to another object."""
    for edit in changes:
        resource = _resource_of(edit)
        for name, message in resource.at_least.items():
            if edit.counts.get(name, 0) < 0 and tally.of(name) + edit.counts[name] < 1:
                raise Conflict(message)
    try:
        edits.commit(tally, changes, [_entry(call, edit) for edit in changes])
    except edits.Taken as taken:
        resource = _resource_of(changes[0])
        raise Conflict(f"another {resource.name} of the account has the same {resource.unique}") from taken


def _resource_of(edit: Edit) -> Resource:
    return RESOURCES[(edit.after or edit.before or {})["prefix_id"][:3]]


def _entry(call: Call, edit: Edit) -> Log:
    resource = _resource_of(edit)
    return audit.entry(call.caller.actor, resource.model, edit.before, edit.after, resource.masked, call.now)
