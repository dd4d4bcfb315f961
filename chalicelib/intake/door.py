"""Take a sender's request: find its integration, check it, queue it, answer. 200 means: durably queued.

What is refused is queued too, to be logged: the wrong secret is the commonest reason why no alert comes. Not all of a
flood is: refusing must cost no more than the door.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.adapters import for_integration
from chalicelib.adapters.kit.adapter import Adapter, Reply
from chalicelib.adapters.kit.request import Request
from chalicelib.errors import Unavailable
from chalicelib.intake.envelope import Envelope, seal
from chalicelib.intake.fetch import fetch
from chalicelib.storage import configuration, messages, rates
from chalicelib.storage.messages import Message

LARGEST_BODY = 1024 * 1024
_LOGGED_REFUSALS = 6
"""Refusals of one integration that are logged in a minute, by each instance."""

_logger = logging.getLogger("signalbox")


def find_integration(identifier: str) -> Mapping[str, Any] | None:
    """The integration behind the id of a URL, in either form."""
    key = ids.key_of(ids.INTEGRATION, identifier)
    return configuration.endpoint(key) if key else None


def receive(identifier: str, request: Request, now: datetime) -> tuple[Reply, int]:
    """Answer a request to `/integration/{identifier}`: the reply, and seconds to wait when it is 429.

    404 unknown, 405 disabled, 413 over 1 MiB, 403 wrong token or signature, 429 over the rate limit, 503 when what
    the check needs did not answer; else 200 once the request is queued.
    """
    integration = find_integration(identifier)
    if integration is None:
        return Reply(404), 0
    adapter = for_integration(integration, fetch)
    if not integration["enabled"]:
        return adapter.reply(request, 405), 0
    request = replace(request, id=ids.new(now), received_at=now)
    status, wait, why = _verdict(integration, adapter, request, now)
    if why:
        _log_refusal(integration, request, f"answered {status}: {why}", now)
    else:
        _queue(seal(integration, request))
    return Reply(413) if status == 413 else adapter.reply(request, status), wait


def _verdict(integration: Mapping[str, Any], adapter: Adapter, request: Request, now: datetime) -> tuple[int, int, str]:
    """The status of the answer, the seconds to wait when it is 429, and why the request is refused, if it is. What is
    refused does not count as the integration's own requests do: a stranger's flood must not close it to its tool."""
    key, limit = integration["prefix_id"], integration["options"]["rate_limit"]
    if len(request.body) > LARGEST_BODY:
        return 413, 0, f"the body has {len(request.body)} bytes, more than 1 MiB"
    if _blocked(adapter, request):
        wait = rates.seconds_until_allowed(f"{key}#refused", limit, now.timestamp())
        return (429 if wait else 403), wait, "the token or signature is missing or wrong"
    wait = rates.seconds_until_allowed(key, limit, now.timestamp())
    return (429, wait, f"more than {limit} requests in this minute") if wait else (200, 0, "")


def _log_refusal(integration: Mapping[str, Any], request: Request, why: str, now: datetime) -> None:
    """Queue a refused request to be logged: the first few of a minute. The body of one that is too large is not
    kept."""
    passed_over = rates.sample(integration["prefix_id"], _LOGGED_REFUSALS, now.timestamp())
    if passed_over is None:
        return
    more = f"; {passed_over} more were refused since the last log" if passed_over else ""
    body = request.body if len(request.body) <= LARGEST_BODY else b""
    _queue({**seal(integration, replace(request, body=body)), "refused": why + more})


def _queue(envelope: Envelope) -> None:
    messages.send(messages.WEBHOOKS, Message(envelope["account_id"], envelope, envelope["log_id"]))


def _blocked(adapter: Adapter, request: Request) -> bool:
    """Whether the adapter refuses the sender; a check that fails is a refusal, one that cannot be made is not."""
    try:
        return bool(adapter.blocked(request))
    except Unavailable:
        raise
    except Exception:  # fail closed: a check that breaks lets nobody in
        _logger.exception("the check of a sender to %s failed", adapter.integration.prefix_id)
        return True
