"""Comments: on alerts, and replies to comments."""

from __future__ import annotations

from typing import Any

from chalicelib import ids
from chalicelib.accounts.validation import validate
from chalicelib.api import listing, pages
from chalicelib.api.alerts import find as find_alert
from chalicelib.api.http import Call, key_of, route, section
from chalicelib.api.pages import Row
from chalicelib.api.shapes import (
    AN_ALERT,
    COMMON,
    FREE,
    TEXT,
    ULID,
    Shape,
    fixed,
    nullable,
    page_of,
    record,
    ref,
)
from chalicelib.errors import Invalid, NotFound
from chalicelib.handling.user import user_name
from chalicelib.storage import comments as stored
from chalicelib.storage import configuration, lists
from chalicelib.storage.lists import Source
from chalicelib.times import iso

_PERSON = record({"id": ULID, "prefix_id": ref("PrefixId"), "name": TEXT, "email": TEXT})
_KINDS = {"type": "string", "enum": ["Alert", "Comment"]}
_COMMENT = fixed(
    "Comment",
    record(
        {
            **COMMON,
            "meta": FREE,
            "body": TEXT,
            "commentable_type": _KINDS,
            "commentable_id": ULID,
            "parent_id": nullable(ULID),
            "account_user_id": ULID,
            "created_by_name": TEXT,
            "account_user": record({"id": ULID, "prefix_id": ref("PrefixId"), "user": _PERSON}),
        }
    ),
)
_PAGE = page_of(_COMMENT)
_INPUT = Shape("CommentInput", lambda models: models["Comment"])
_TARGET = {"commentable_type": _KINDS, "commentable_id": ref("Id")}
_ON_INPUT = Shape("CommentOnInput", lambda models: record({**models["Comment"]["properties"], **_TARGET}))
_WORDS = {"body": "The backup filled the disk."}
_ON_ALERT = {**_WORDS, "commentable_type": "Alert", "commentable_id": AN_ALERT}

section("comments", "Notes on alerts, and replies.")


@route("/comments", "GET", answers=_PAGE)
def list_(call: Call) -> Any:
    """A page of the account's comments."""
    return _page(call, lists.comments_of_account(call.account_id))


@route(
    "/comments",
    "POST",
    takes=_ON_INPUT,
    answers=_COMMENT,
    status=201,
    examples={"on an alert": _ON_ALERT},
)
def create(call: Call) -> Any:
    """Comment on what `commentable_type` and `commentable_id` name."""
    kind, identifier = call.params.get("commentable_type"), call.params.get("commentable_id")
    finders = {"Alert": find_alert, "Comment": find}
    if not (isinstance(kind, str) and kind in finders and isinstance(identifier, str)):
        raise Invalid("commentable_type must be Alert or Comment, and commentable_id name one")
    return _add(call, kind, finders[kind](call, identifier)["id"])


@route("/comments/{id}", "GET", answers=_COMMENT)
def retrieve(call: Call, id: str) -> Any:
    """Retrieve a comment."""
    return find(call, id)


@route("/comments/{id}/comments", "GET", answers=_PAGE)
def list_replies(call: Call, id: str) -> Any:
    """A page of the replies to a comment."""
    return _page(call, lists.comments_on(call.account_id, find(call, id)["id"]))


@route("/comments/{id}/comments", "POST", takes=_INPUT, answers=_COMMENT, status=201, examples={"a reply": _WORDS})
def reply(call: Call, id: str) -> Any:
    """Reply to a comment."""
    return _add(call, "Comment", find(call, id)["id"])


@route("/alerts/{id}/comments", "GET", answers=_PAGE)
def list_on_alert(call: Call, id: str) -> Any:
    """A page of the comments on an alert."""
    return _page(call, lists.comments_on(call.account_id, find_alert(call, id)["id"]))


@route("/alerts/{id}/comments", "POST", takes=_INPUT, answers=_COMMENT, status=201, examples={"a comment": _WORDS})
def comment_on_alert(call: Call, id: str) -> Any:
    """Comment on an alert."""
    return _add(call, "Alert", find_alert(call, id)["id"])


def find(call: Call, identifier: str) -> dict[str, Any]:
    comment = stored.read(call.account_id, key_of(ids.COMMENT, identifier, "comment"))
    if comment is None:
        raise NotFound("comment not found")
    return comment


def _page(call: Call, source: Source) -> Any:
    query = listing.parse(call.query)
    source, rest = pages.narrowed(source, query, ids.COMMENT)

    def accept(row: Row) -> bool:
        return listing.matches(rest, row, lambda comment: [comment["body"], comment["created_by_name"]])

    decides = accept if rest.filters or rest.q else None
    return pages.page(query, pages.Selection(source, dict, decides, is_countable=decides is None))


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
