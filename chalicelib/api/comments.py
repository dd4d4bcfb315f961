"""Comments: on alerts, and replies to comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice import Blueprint

from chalicelib import ids
from chalicelib.accounts.validation import validate
from chalicelib.api import listing
from chalicelib.api.alert_lists import page_from, time_range
from chalicelib.api.alerts import find as find_alert
from chalicelib.api.http import Call, key_of, route
from chalicelib.errors import Invalid, NotFound
from chalicelib.handling.user import user_name
from chalicelib.storage import comments as stored
from chalicelib.storage import configuration, lists
from chalicelib.storage.lists import Source
from chalicelib.times import iso

comments = Blueprint(__name__)


@route(comments, "/comments", "GET")
def list_(call: Call) -> Any:
    """A page of the account's comments."""
    return _page(call, lists.comments_of_account(call.account_id))


@route(comments, "/comments", "POST")
def create(call: Call) -> Any:
    """Comment on what `commentable_type` and `commentable_id` name."""
    kind, identifier = call.params.get("commentable_type"), call.params.get("commentable_id")
    finders = {"Alert": find_alert, "Comment": find}
    if not (isinstance(kind, str) and kind in finders and isinstance(identifier, str)):
        raise Invalid("commentable_type must be Alert or Comment, and commentable_id name one")
    return _add(call, kind, finders[kind](call, identifier)["id"]), 201


@route(comments, "/comments/{id}", "GET")
def retrieve(call: Call, id: str) -> Any:
    """Retrieve a comment."""
    return find(call, id)


@route(comments, "/comments/{id}/comments", "GET")
def list_replies(call: Call, id: str) -> Any:
    """A page of the replies to a comment."""
    return _page(call, lists.comments_on(call.account_id, find(call, id)["id"]))


@route(comments, "/comments/{id}/comments", "POST")
def reply(call: Call, id: str) -> Any:
    """Reply to a comment."""
    return _add(call, "Comment", find(call, id)["id"]), 201


@route(comments, "/alerts/{id}/comments", "GET")
def list_on_alert(call: Call, id: str) -> Any:
    """A page of the comments on an alert."""
    return _page(call, lists.comments_on(call.account_id, find_alert(call, id)["id"]))


@route(comments, "/alerts/{id}/comments", "POST")
def comment_on_alert(call: Call, id: str) -> Any:
    """Comment on an alert."""
    return _add(call, "Alert", find_alert(call, id)["id"]), 201


def find(call: Call, identifier: str) -> dict[str, Any]:
    comment = stored.read(call.account_id, key_of(ids.COMMENT, identifier, "comment"))
    if comment is None:
        raise NotFound("comment not found")
    return comment


def _page(call: Call, source: Source) -> Any:
    low, high, query = time_range(listing.parse(call.query))
    return page_from(source.between(low, high), query, _row, lambda row: [row["body"], row["created_by_name"]])


def _add(call: Call, kind: str, commentable_id: str) -> dict[str, Any]:
    body = validate("Comment", call.params)["body"]
    identifier = ids.new(call.now)
    user = call.caller.user
    person = {name: user["user"][name] for name in ("id", "name")}
    person |= {"prefix_id": ids.prefix_id(ids.USER, person["id"]), "email": user["user"]["emails"][0]["email"]}
    comment = {
        "id": identifier,
        "prefix_id": ids.prefix_id(ids.COMMENT, identifier),
        "tiny_id": configuration.next_tiny_id(call.account_id, ids.COMMENT),
        "account_id": call.account_id,
        "created_at": iso(call.now),
        "updated_at": iso(call.now),
        "meta": {},
        "body": body,
        "commentable_type": kind,
        "commentable_id": commentable_id,
        "parent_id": commentable_id if kind == "Comment" else None,
        "account_user_id": user["id"],
        "created_by_name": user_name(user),
        "account_user": {"id": user["id"], "prefix_id": user["prefix_id"], "user": person},
    }
    stored.create(comment, call.now)
    return comment


def _row(comment: Mapping[str, Any]) -> dict[str, Any]:
    return dict(comment)
