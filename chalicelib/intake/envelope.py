"""A received request as a message on the queue and back: what the door sends and the worker reads."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from chalicelib import ids
from chalicelib.adapters.kit.request import Request


class Envelope(TypedDict):
    """`log_id` is the request's id and the stamp of its receipt. `unchecked`: it came by no door that refuses what
    the adapter blocks. `refused`: the door refused it, and why; it is only to be logged."""

    log_id: str
    account_id: str
    integration: str
    integration_id: str
    request: dict[str, Any]
    replay_of: NotRequired[str]
    unchecked: NotRequired[bool]
    refused: NotRequired[str]


def seal(integration: Mapping[str, Any], request: Request) -> Envelope:
    """The message of a request to an integration."""
    return {
        "log_id": request.id,
        "account_id": integration["account_id"],
        "integration": integration["prefix_id"],
        "integration_id": integration["id"],
        "request": pack_request(request),
    }


def pack_request(request: Request) -> dict[str, Any]:
    """A request as JSON: the body as text where it is UTF-8, else in base64."""
    packed: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "query": dict(request.query),
        "remote_ip": request.remote_ip,
    }
    try:
        return packed | {"body": request.body.decode("utf-8")}
    except UnicodeDecodeError:
        return packed | {"body_base64": base64.b64encode(request.body).decode()}


def unpack_request(packed: Mapping[str, Any], identifier: str) -> Request:
    """The request that `pack_request` packed. Raises KeyError or ValueError for anything else."""
    encoded = packed.get("body_base64")
    return Request(
        method=packed["method"],
        url=packed["url"],
        headers=packed["headers"],
        query=packed["query"],
        body=base64.b64decode(encoded) if encoded is not None else packed["body"].encode(),
        remote_ip=packed["remote_ip"],
        id=identifier,
        received_at=ids.time_of(identifier),
    )
