"""What the workers did, in a line per request: what they tell of each, and which messages are dead letters now."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from dev.local.events import Source
from dev.local.lines import Say, of_verdict

_REQUESTS = "signalbox.requests"
_logger = logging.getLogger("signalbox")


class _Lines(logging.Handler):
    def __init__(self, say: Say) -> None:
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        self._say(of_verdict(record.getMessage()))


@contextmanager
def told(say: Say) -> Iterator[None]:
    """Say what the workers log of each request, as long as the context lasts."""
    requests, handler = logging.getLogger(_REQUESTS), _Lines(say)
    before = requests.propagate, requests.level
    requests.propagate = False  # or it would be told twice
    requests.setLevel(logging.INFO)
    requests.addHandler(handler)
    try:
        yield
    finally:
        requests.removeHandler(handler)
        requests.propagate, requests.level = before


def telling_dead_letters(source: Source, say: Say) -> Source:
    """A source whose function also says which messages it had for the last time."""

    def function(event: Mapping[str, Any], context: Any) -> Any:
        answer = source.function(event, context)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for record in event["Records"]:
            if record["messageId"] in failed and _is_last(record):
                say(of_verdict(f"{_name(record)} is a dead letter now"))
        return answer

    return replace(source, function=function)


def _is_last(record: Mapping[str, Any]) -> bool:
    from chalicelib.handling.batches import MOST_RECEIVES, receives
    from chalicelib.storage.messages import attempts_before

    return receives(record) + attempts_before(record) >= MOST_RECEIVES


def _name(record: Mapping[str, Any]) -> str:
    """What a message is about: the request's integration and log, or else its own id."""
    from chalicelib import ids
    from chalicelib.storage.messages import unpack

    try:
        message = unpack(record["body"])
        return f"{message['integration']} {ids.prefix_id(ids.LOG, message['log_id'])}"
    except Exception:  # whatever a message is that fails five times
        return f"message {record['messageId']}"
