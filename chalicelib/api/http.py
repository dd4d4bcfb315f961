"""What every view shares: who is calling, with which parameters; and how answers and errors are written."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, wraps
from typing import Any

from chalice import Blueprint, CORSConfig, Response

from chalicelib import ids
from chalicelib.api.callers import Caller, authenticate
from chalicelib.api.params import Params, read_params
from chalicelib.api.shapes import Shape
from chalicelib.encoding import encode
from chalicelib.errors import NotFound, SignalboxError, error_body

CORS = CORSConfig(allow_origin="*", allow_headers=["Authorization", "Content-Type", "Accept"], max_age=600)
ANY_CONTENT = ["*/*"]
api = Blueprint("chalicelib.api")
_LARGEST_ANSWER = 5_000_000
"""Bytes of an answer as Lambda takes it, as JSON text inside of JSON: it takes 6 MB with all that is around it."""
_logger = logging.getLogger("signalbox")


class Call:
    """One request to the API, of a caller who is known. Raises Unauthorized without a good token."""

    def __init__(self, request: Any, now: datetime) -> None:
        self.request = request
        self.now = now
        self.caller: Caller = authenticate(request.headers.get("authorization"), now)

    @property
    def account_id(self) -> str:
        return self.caller.account_id

    @cached_property
    def params(self) -> Params:
        return read_params(self.body, self.request.headers.get("content-type", ""))

    @property
    def body(self) -> bytes:
        return self.request.raw_body or b""

    @cached_property
    def query(self) -> dict[str, list[str]]:
        return {name: list(values) for name, values in query_of(self.request).items()}

    @property
    def ingress_url(self) -> str:
        """Where the integrations' endpoints are."""
        return ingress_url() or base_url(self.request)


def query_of(request: Any) -> Mapping[str, list[str]]:
    """Query parameters with all their values."""
    event = request.to_original_event()
    return event.get("multiValueQueryStringParameters") or {}


def base_url(request: Any) -> str:
    """The public base URL that the request came by, stage included, without a slash at its end."""
    headers, context = request.headers, request.context
    scheme = headers.get("x-forwarded-proto", "http")
    path, resource = context.get("path", ""), request.path
    stage = f"/{context['stage']}" if context.get("stage") and path.startswith(f"/{context['stage']}/") else ""
    return f"{scheme}://{headers.get('host', 'localhost')}{stage}" if resource else ""


def ingress_url() -> str:
    """The base URL of the integrations' endpoints, without a slash at its end: on AWS, where the template says.
    Empty: where the API is."""
    return os.environ.get("INGRESS_URL") or ""


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; 204 has no body. What Lambda would not hand over is an error that says so: lists and logs are cut
    before they are so large."""
    body = "" if status == 204 else encode(value).decode()
    if len(body) > _LARGEST_ANSWER / 12 and len(json.dumps(body)) > _LARGEST_ANSWER:  # a character takes up to twelve
        return failure(413, f"the answer would be larger than {_LARGEST_ANSWER:,} bytes: ask for less")
    return Response(body, {"Content-Type": "application/json", **(headers or {})}, status)


def failure(code: int, *messages: str) -> Response:
    return answer(error_body(code, *messages), code)


View = Callable[..., Any]


@dataclass(frozen=True)
class Mounted:
    """A route as it was mounted; the OpenAPI document is made from these. `takes` and `answers` are the shapes of the
    bodies, `examples` bodies to send by what they show; a 204 answers nothing."""

    path: str
    methods: tuple[str, ...]
    view: View
    admin: bool = False
    takes: Shape | None = None
    answers: Shape | None = None
    status: int = 200
    examples: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        return self.path.split("/")[3]


MOUNTED: list[Mounted] = []
SECTIONS: dict[str, str] = {}
"""What the document says of the routes under each first segment of a path."""


def guarded(view: View) -> View:
    """Turn whatever a view raises into the API's error body. What is unexpected is logged, not shown."""

    @wraps(view)
    def inner(*arguments: Any, **named: Any) -> Any:
        try:
            return view(*arguments, **named)
        except SignalboxError as error:
            return failure(error.code, *error.messages)
        except Exception:
            _logger.exception("the view %s failed", view.__name__)
            return failure(500, "an internal error occurred")

    return inner


def section(name: str, about: str) -> None:
    """Say in the document what the routes under `/api/v4/<name>` are about."""
    SECTIONS[name] = about


def public(path: str, *methods: str) -> Callable[[View], View]:
    """Mount a view without arguments for callers without a token. It answers a Response."""

    def mount(view: View) -> View:
        api.route(path, methods=list(methods), content_types=ANY_CONTENT, cors=CORS)(guarded(view))
        return view

    return mount


def route(path: str, *methods: str, **described: Any) -> Callable[[View], View]:
    """Mount a view under `/api/v4` for callers with a token; what `described` says is the rest of its `Mounted`
    (`admin`: only for admins). The view gets the Call and the path's arguments, and answers a value or a Response.
    Its docstring is the route's summary."""

    def mount(view: View) -> View:
        mounted = Mounted("/api/v4" + path, methods, view, **described)

        @guarded
        @wraps(view)
        def inner(**arguments: str) -> Response:
            call = Call(api.current_request, datetime.now(UTC))
            if mounted.admin:
                call.caller.require_admin()
            found = view(call, **arguments)
            return found if isinstance(found, Response) else answer(found, mounted.status)

        api.route(mounted.path, methods=list(methods), content_types=ANY_CONTENT, cors=CORS)(inner)
        MOUNTED.append(mounted)
        return view

    return mount


def key_of(prefix: str, identifier: str, name: str) -> str:
    """The prefix id behind either form of an id in a path. Raises NotFound when it can be none."""
    key = ids.key_of(prefix, identifier)
    if key is None:
        raise NotFound(f"{name} not found")
    return key
