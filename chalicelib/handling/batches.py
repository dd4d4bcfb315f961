"""The SQS-triggered functions: take a batch record by record, each with its own share of the function's time.

A message that was received before may be what ended the function then, with all that were beside it: it is sent to a
queue of its own, whose function takes one message at a time. A batch ends before its function would be ended; what is
left is delivered again.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from chalicelib.alerts.changes import Changes
from chalicelib.alerts.log import DEAD_LETTERED, FAILED, Log, Notes
from chalicelib.errors import Throttled
from chalicelib.handling import folding, metrics, request, timers
from chalicelib.intake.envelope import Envelope, unpack_request
from chalicelib.storage import configuration, logs, messages
from chalicelib.storage.commit import AlreadyDone, commit
from chalicelib.storage.timers import read_message

MOST_RECEIVES = 5
"""After so many failed attempts a message is moved to the dead-letter queue. The template sets one less for the queue
of retries: what is in it was received once before."""

_SHARE_SECONDS = 8.0
_SMALL_BYTES = 8 * 1024
_RESERVE_SECONDS = 2.0
_LATER_SECONDS = 60

Failures = dict[str, list[dict[str, str]]]
Record = Mapping[str, Any]
_logger = logging.getLogger("signalbox")


class OutOfTime(Exception):
    """A message took longer than its share of the function's time."""


@dataclass(frozen=True)
class Budget:
    """How long the function may run on: `left` answers seconds."""

    left: Callable[[], float]

    def share(self) -> float:
        """The seconds that the next message may take; 0 when the batch must end."""
        return min(_SHARE_SECONDS, self.left() - _RESERVE_SECONDS)


def take_webhooks(event: Mapping[str, Any], now: datetime, budget: Budget) -> Failures:
    """Process a batch of requests; answers the messages to deliver again."""
    records = event["Records"]
    again = [record for record in records if receives(record) > 1] if len(records) > 1 else []
    failures = _each(again, lambda record, seconds: messages.forward(messages.RETRIES, record, 1), budget)
    fresh = [record for record in records if record not in again]
    folded = _fold(fresh, now, budget)
    alone = [record for record in fresh if record["messageId"] not in folded]
    return {"batchItemFailures": failures + _each(alone, lambda r, seconds: _take_webhook(r, now, seconds), budget)}


def _fold(records: Sequence[Record], now: datetime, budget: Budget) -> set[str]:
    """Count duplicates of one alert together; answers the ids of the messages that are done with. Large messages are
    none of it: nothing of them is looked at but alone."""
    small = [record for record in records if len(record["body"]) <= _SMALL_BYTES]
    try:
        contents = {record["messageId"]: messages.unpack(record["body"]) for record in small}
        envelopes = {key: cast("Envelope", content) for key, content in contents.items() if _is_plain(content)}
        seconds = budget.share()
        if len(envelopes) < 2 or seconds <= 0:
            return set()
        with _within(seconds):
            done = folding.fold(list(envelopes.values()), now, seconds)
    except Exception:
        _logger.exception("requests that were received together are processed one by one")
        return set()
    for envelope in envelopes.values():
        if envelope["log_id"] in done:
            metrics.processed(envelope, done[envelope["log_id"]], now)
    return {key for key, envelope in envelopes.items() if envelope["log_id"] in done}


def _is_plain(content: Mapping[str, Any]) -> bool:
    return "log_id" in content and not content.keys() & {"refused", "unchecked", "replay_of"}


def take_tasks(event: Mapping[str, Any], now: datetime, budget: Budget) -> Failures:
    """Run a batch of timers that are due; answers the messages to deliver again."""

    def take(record: Record, seconds: float) -> None:
        timers.run(read_message(messages.unpack(record["body"])), now, seconds)

    return {"batchItemFailures": _each(event["Records"], take, budget)}


def _each(records: Iterable[Record], take: Callable[[Record, float], Any], budget: Budget) -> list[dict[str, str]]:
    failures = []
    for record in records:
        seconds = budget.share()
        try:
            if seconds <= 0:
                raise OutOfTime("the batch had no time left")
            with _within(seconds):
                take(record, seconds)
        except Exception as error:
            level = logging.WARNING if isinstance(error, OutOfTime) else logging.ERROR
            _logger.log(level, "message %s failed: %s", record["messageId"], error, exc_info=level == logging.ERROR)
            failures.append({"itemIdentifier": record["messageId"]})
    return failures


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in what takes longer. Only a main thread can be interrupted: on Lambda it is one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: Any) -> None:
        raise OutOfTime(f"not finished after {seconds:.0f} seconds")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def receives(record: Record) -> int:
    return int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))


def _take_webhook(record: Record, now: datetime, seconds: float) -> None:
    content = messages.unpack(record["body"])
    is_request = "log_id" in content
    envelopes = [cast("Envelope", content)] if is_request else _mails(content, now)
    for envelope in envelopes:
        _take_request(envelope, record, now, seconds)
    if is_request:
        messages.discard(record["body"])


def _take_request(envelope: Envelope, record: Record, now: datetime, seconds: float) -> None:
    attempt = receives(record) + messages.attempts_before(record)
    if attempt > 2 and not logs.exists(envelope["log_id"]):
        _write_mark(_bare_log(envelope, FAILED, f"attempt {attempt - 1} did not finish", now), now)  # nor mark itself
    if attempt > 1 and not _mark(envelope, FAILED, f"attempt {attempt - 1} did not finish", now):
        return  # done before: a redelivery
    try:
        metrics.processed(envelope, request.process(envelope, now, seconds), now)
    except Throttled:
        _mark(envelope, FAILED, f"the database was busy; tried again in {_LATER_SECONDS} seconds", now)
        messages.forward(messages.RETRIES, record, 0, _LATER_SECONDS)  # as new: nothing is wrong with it
        metrics.throttled(envelope, now)
    except Exception as error:
        state = DEAD_LETTERED if attempt >= MOST_RECEIVES else FAILED
        reason = f"attempt {attempt} failed: {type(error).__name__}: {error}"[:1000]
        _mark(envelope, state, reason, now)
        metrics.failed(envelope, now, reason)
        raise


def _mails(notice: Mapping[str, Any], now: datetime) -> Iterable[Envelope]:
    from chalicelib.intake.mail import envelopes  # rare, so not part of every cold start

    return envelopes(notice, now)


def _mark(envelope: Envelope, state: str, reason: str, now: datetime) -> bool:
    """Leave a log of a request that is not done, whatever it holds; False when it is done already. What cannot be
    marked is not: the message itself stays on the queue."""
    try:
        integration = configuration.cached(envelope["account_id"], envelope["integration"])
        received = unpack_request(envelope["request"], envelope["log_id"])
        notes = _notes(reason, now)
        log = request.request_log(integration or {}, received, {"action": "failed"}, notes, state)
    except Exception:
        _logger.exception("request %s cannot be shown in its log", envelope.get("log_id"))
        log = _bare_log(envelope, state, reason, now)
    return _write_mark(log, now)


def _write_mark(log: Log, now: datetime) -> bool:
    try:
        commit(Changes(once=(log,)), now)
    except AlreadyDone:
        return False
    except Exception:
        _logger.exception("log of request %s could not be marked", log.id)
    return True


def _bare_log(envelope: Envelope, state: str, reason: str, now: datetime) -> Log:
    """A log that holds nothing of the request, so that it cannot fail as the request did."""
    owner = ("Integration", envelope["integration_id"])
    entries = tuple(_notes(reason, now).entries)
    return Log(envelope["log_id"], envelope["account_id"], owner, {"action": "failed"}, entries, "error", state)


def _notes(reason: str, now: datetime) -> Notes:
    notes = Notes(now)
    notes.add(reason, "error")
    return notes
