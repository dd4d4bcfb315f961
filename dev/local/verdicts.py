"""What became of each message of a batch, in a line: what its log says, or how often it failed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from dev.local.events import Function
from dev.local.lines import Say, notes_of, of_log, of_verdict

_logger = logging.getLogger("signalbox")


def telling(function: Function, say: Say) -> Function:
    """A queue's function that also says what became of each message."""

    def told(event: Mapping[str, Any], context: Any) -> Any:
        answer = function(event, context)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for record in event["Records"]:
            try:
                verdict = _verdict(record, record["messageId"] in failed)
            except Exception:  # to tell is a courtesy: what was done stays done
                _logger.exception("what became of message %s cannot be told", record["messageId"])
            else:
                if verdict:
                    say(of_verdict(verdict))
        return answer

    return told


def _verdict(record: Mapping[str, Any], failed: bool) -> str:
    """Empty for a timer that was fired, and for a request whose integration was deleted since."""
    message = _message(record)
    log = _log(message) if "log_id" in message else None
    name = message.get("integration") or message.get("alert") or f"message {record['messageId']}"
    if failed:
        return f"{name} {_failure(record)}" + (f": {notes_of(log)}" if log else "")
    return f"{name} {of_log(log)}" if log else ""


def _message(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message of a record, {} when it is none of ours."""
    from chalicelib.storage.messages import unpack

    try:
        return unpack(record["body"])
    except (ValueError, KeyError):
        return {}


def _log(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    from chalicelib import ids
    from chalicelib.storage import logs

    return logs.read(message["account_id"], ids.prefix_id(ids.LOG, message["log_id"]))


def _failure(record: Mapping[str, Any]) -> str:
    from chalicelib.handling.batches import MOST_RECEIVES

    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    if attempt >= MOST_RECEIVES:
        return f"FAILED {attempt} times and is a dead letter now"
    return f"FAILED, attempt {attempt} of {MOST_RECEIVES}"
