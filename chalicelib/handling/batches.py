"""The SQS-triggered functions: take a batch record by record, so that one bad message does not hold up nine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.adapters import load
from chalicelib.adapters.kit.secrets import masked, shown
from chalicelib.handling import request as webhooks
from chalicelib.handling.timers import run_task
from chalicelib.intake.envelope import Envelope, pack_request, unpack_request
from chalicelib.storage import configuration, dynamo, logs, messages
from chalicelib.times import iso

MOST_RECEIVES = 5
"""After so many failed attempts SQS moves a message to the dead-letter queue; the template sets the same number."""

Failures = dict[str, list[dict[str, str]]]
_logger = logging.getLogger("signalbox")


def take_webhooks(event: Mapping[str, Any], now: datetime) -> Failures:
    """Process a batch of requests; answers the messages to deliver again."""
    return _each(event, lambda record: _take_webhook(record, now))


def take_tasks(event: Mapping[str, Any], now: datetime) -> Failures:
    """Run a batch of timers that are due; answers the messages to deliver again."""
    return _each(event, lambda record: run_task(messages.unpack(record["body"]), now))


def _each(event: Mapping[str, Any], take: Callable[[Mapping[str, Any]], None]) -> Failures:
    failures = []
    for record in event["Records"]:
        try:
            take(record)
        except Exception:
            _logger.exception("message %s failed on receive %s", record["messageId"], receives(record))
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def receives(record: Mapping[str, Any]) -> int:
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


def _take_webhook(record: Mapping[str, Any], now: datetime) -> None:

    message = messages.unpack(record["body"])
    for envelope in [message] if "log_id" in message else _mails(message, now):
        attempt = receives(record)
        if attempt > 1 and not _mark(envelope, logs.FAILED, f"attempt {attempt - 1} did not finish", now):
            continue  # done before: a redelivery
        try:
            webhooks.process(envelope, now)
        except Exception as error:
            state = logs.DEAD_LETTERED if attempt >= MOST_RECEIVES else logs.FAILED
            _mark(envelope, state, f"attempt {attempt} failed: {type(error).__name__}: {error}"[:1000], now)
            raise


def _mails(notice: Mapping[str, Any], now: datetime) -> Iterable[Envelope]:
    from chalicelib.intake.mail import envelopes  # rare, so not part of every cold start

    return envelopes(notice, now)


def _mark(envelope: Envelope, state: str, reason: str, now: datetime) -> bool:
    """Leave a log of a request that is not done; False when it is done already. What cannot be marked is not:
    the message itself stays on the queue."""
    try:
        integration = configuration.cached(envelope["account_id"], envelope["integration"])
        if integration is None:
            return True
        adapter = load(integration["integration_type"])
        request = unpack_request(envelope["request"], envelope["log_id"])
        message = shown(adapter, request, integration["options"])
        entry = {"message": reason, "level": "error", "time": iso(now)}
        owner = ("Integration", integration["id"])
        log = logs.new_log(request.id, envelope["account_id"], owner, now, message, [entry], "error")
        stored = pack_request(masked(adapter, request, integration["options"]))
        dynamo.write(logs.put({**log, "state": state}, stored))
    except dynamo.Clash:
        return False
    except Exception:
        _logger.exception("log of request %s could not be marked", envelope.get("log_id"))
    return True
