"""What became of each message of a batch, in a line: what its log says, or how often it failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dev.local.events import Function
from dev.local.lines import Say, of_verdict


def telling(function: Function, say: Say) -> Function:
    """A queue's function that also says what became of each message."""

    def told(event: Mapping[str, Any], context: Any) -> Any:
        answer = function(event, context)
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for record in event["Records"]:
            for line in _verdict(record, record["messageId"] in failed):
                say(of_verdict(line))
        return answer

    return told


def _verdict(record: Mapping[str, Any], failed: bool) -> list[str]:
    from chalicelib.storage.messages import unpack

    try:
        message = unpack(record["body"])
        log = _log_of(message)
    except Exception as error:  # what cannot be read has failed; its traceback is told by the function
        message, log = {}, None
        failed = failed or isinstance(error, (KeyError, ValueError))
    name = message.get("integration") or message.get("alert") or f"message {record['messageId']}"
    if failed:
        return [f"{name} {_failure(record)}{f': {_told(log)}' if log else ''}"]
    return [f"{name} {log['details']['message']['action']}: {_told(log)}"] if log else []


def _log_of(message: Mapping[str, Any]) -> Any:
    """The log of a webhook's message; None for a timer's, and for a webhook whose integration was deleted since."""
    from chalicelib import ids
    from chalicelib.storage import logs

    if "log_id" not in message:
        return None
    return logs.read(message["account_id"], ids.prefix_id(ids.LOG, message["log_id"]))


def _failure(record: Mapping[str, Any]) -> str:
    from chalicelib.handling.batches import MOST_RECEIVES

    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    if attempt >= MOST_RECEIVES:
        return f"FAILED {attempt} times: it is a dead letter now"
    return f"FAILED, attempt {attempt} of {MOST_RECEIVES}"


def _told(log: Mapping[str, Any]) -> str:
    return "; ".join(entry["message"] for entry in log["details"]["sublogs"]) or "nothing to do"
