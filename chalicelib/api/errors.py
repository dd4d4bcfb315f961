"""Give Chalice's own errors the API's shape: whatever raises one, clients read `{"errors": [...], "code": N}`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice import Response

from chalicelib.api.http import CORS, failure


def uniform_errors(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """Chalice middleware for HTTP: its `{"Code", "Message"}` bodies become ours, with CORS headers."""
    response = get_response(event)
    body = response.body
    if response.status_code < 400 or not (isinstance(body, dict) and "Message" in body):
        return response
    ours = failure(response.status_code, str(body["Message"]).removeprefix(f"{body.get('Code')}: "))
    ours.headers |= {**CORS.get_access_control_headers(), **response.headers}
    return ours
