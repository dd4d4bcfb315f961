"""What every view shares: who is calling, with which parameters; and how answers and errors are written."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, wraps
from typing import Any

import orjson
from chalice import Blueprint, CORSConfig, Response

from chalicelib import ids
from chalicelib.api.params import Params, read_params
from chalicelib.errors import Forbidden, NotFound, SignalboxError, Unauthorized, error_body
from chalicelib.storage import configuration, dynamo

CORS = CORSConfig(allow_origin="*", allow_headers=["Authorization", "Content-Type", "Accept"], max_age=600)
ANY_CONTENT = ["*/*"]
_logger = logging.getLogger("signalbox")


@dataclass(frozen=True)
class Caller:
    """The account user whose token was given."""

    account_id: str
    user: Mapping[str, Any]

    @property
    def is_admin(self) -> bool:
        return bool(self.user["roles"].get("admin"))

    def require_admin(self) -> None:
        if not self.is_admin:
            raise Forbidden("only an admin of the account may do this")


class Call:
    """One request to the API."""

    def __init__(self, request: Any, now: datetime) -> None:
        self.request = request
        self.now = now

    @cached_property
    def caller(self) -> Caller:
        """Raises Unauthorized without a good token."""
        return authenticate(self.request.headers.get("authorization"))

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


def authenticate(header: str | None) -> Caller:
    """The caller behind an Authorization header. Raises Unauthorized."""
    scheme, _, token = (header or "").partition(" ")
    held = configuration.token(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
    if held is None:
        raise Unauthorized("a valid API token is required: send it as 'Authorization: Bearer <token>'")
    user = configuration.cached(held["account_id"], held["account_user"])
    if user is None:
        raise Unauthorized("the account user of this API token was removed")
    return Caller(held["account_id"], user)


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
    """A JSON answer; 204 has no body."""
    body = "" if status == 204 else orjson.dumps(value).decode()
    return Response(body, {"Content-Type": "application/json", **(headers or {})}, status)


def failure(code: int, *messages: str) -> Response:
    return answer(error_body(code, *messages), code)


View = Callable[..., Any]


@dataclass(frozen=True)
class Mounted:
    """A route as it was mounted; the OpenAPI document is made from these."""

    path: str
    methods: tuple[str, ...]
    view: View
    admin: bool


MOUNTED: list[Mounted] = []


def guarded(view: View) -> View:
    """Turn whatever a view raises into the API's error body. What is unexpected is logged, not shown."""

    @wraps(view)
    def inner(*arguments: Any, **named: Any) -> Any:
        try:
            return view(*arguments, **named)
        except SignalboxError as error:
            return failure(error.code, *error.messages)
        except dynamo.Clash:
            return failure(409, "the object was changed by another request; read it again and retry")
        except Exception:
            _logger.exception("the view %s failed", view.__name__)
            return failure(500, "an internal error occurred")

    return inner


def route(blueprint: Blueprint, path: str, *methods: str, admin: bool = False) -> Callable[[View], View]:
    """Mount a view under `/api/v4` for callers with a token (`admin`: of an admin). The view gets the Call and the
    path's arguments, and answers a value, (value, status), or a Response. Its docstring is the route's summary."""

    def mount(view: View) -> View:
        @guarded
        @wraps(view)
        def inner(**arguments: str) -> Response:
            call = Call(blueprint.current_request, datetime.now(UTC))
            caller = call.caller
            if admin:
                caller.require_admin()
            found = view(call, **arguments)
            if isinstance(found, Response):
                return found
            return answer(*found) if isinstance(found, tuple) else answer(found)

        blueprint.route("/api/v4" + path, methods=list(methods), content_types=ANY_CONTENT, cors=CORS)(inner)
        MOUNTED.append(Mounted("/api/v4" + path, methods, view, admin))
        return view

    return mount


def key_of(prefix: str, identifier: str, name: str) -> str:
    """The prefix id behind either form of an id in a path. Raises NotFound when it can be none."""
    key = ids.key_of(prefix, identifier)
    if key is None:
        raise NotFound(f"{name} not found")
    return key
