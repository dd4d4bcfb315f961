"""Take a sender's request: find its integration, check it, queue it, answer. 200 means: durably queued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.adapters import for_integration
from chalicelib.adapters.kit.adapter import Reply
from chalicelib.adapters.kit.request import Request
from chalicelib.errors import Unavailable
from chalicelib.intake.envelope import seal
from chalicelib.intake.fetch import fetch
from chalicelib.storage import configuration, messages, rates

LARGEST_BODY = 1024 * 1024


def find_integration(identifier: str) -> Mapping[str, Any] | None:
    """The integration behind the id of a URL, in either form."""
    key = ids.key_of(ids.INTEGRATION, identifier)
    return configuration.endpoint(key) if key else None


def receive(identifier: str, request: Request, now: datetime) -> tuple[Reply, int]:
    """Answer a request to `/integration/{identifier}`: the reply, and seconds to wait when it is 429.

    404 unknown, 405 disabled, 413 over 1 MiB, 429 over the rate limit, 403 wrong token or signature, 503 when what
    the check needs did not answer; else 200 once the request is queued.
    """
    integration = find_integration(identifier)
    if integration is None:
        return Reply(404), 0
    adapter = for_integration(integration, fetch)
    if not integration["enabled"]:
        return adapter.reply(request, 405), 0
    if len(request.body) > LARGEST_BODY:
        return Reply(413), 0
    wait = rates.seconds_until_allowed(integration["prefix_id"], integration["options"]["rate_limit"], now.timestamp())
    if wait:
        return adapter.reply(request, 429), wait
    request = replace(request, id=ids.new(now), received_at=now)
    if _blocked(adapter, request):
        return adapter.reply(request, 403), 0
    envelope = seal(integration, request)
    messages.send(messages.WEBHOOKS, integration["account_id"], envelope, name=request.id)
    return adapter.reply(request, 200), 0


def _blocked(adapter: Any, request: Request) -> bool:
    """Whether the adapter refuses the sender; a check that fails is a refusal, one that cannot be made is not."""
    try:
        return bool(adapter.blocked(request))
    except Unavailable:
        raise
    except Exception:  # fail closed: a check that breaks lets nobody in
        return True
