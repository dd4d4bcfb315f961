"""One structured line per request: CloudWatch makes metrics of it (embedded metric format) on Lambda; elsewhere it is
told to the logger in words.

A line has the metrics Requests, Refused, Ignored, Failed, Throttled and AlertLatency (ms from receipt to commit), by
stage and by integration type; the schedule's line has TimersMoved and OverdueTimerAge (s).
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib import ids
from chalicelib.alerts.changes import Changes
from chalicelib.alerts.log import Log
from chalicelib.encoding import encode
from chalicelib.intake.envelope import Envelope
from chalicelib.storage import configuration
from chalicelib.times import epoch_ms

NAMESPACE = "Signalbox"
_UNITS = {"AlertLatency": "Milliseconds", "OverdueTimerAge": "Seconds"}
_logger = logging.getLogger("signalbox.requests")


def processed(envelope: Envelope, changes: Changes | None, now: datetime) -> None:
    """Tell what a request did; nothing when it was done before."""
    if changes is None:
        return
    log = next(log for log in (*changes.once, *changes.logs) if isinstance(log, Log))
    action = str(log.message["action"])
    latency = {"AlertLatency": epoch_ms(now) - ids.milliseconds_of(log.id)}
    verdict = {"other": "Ignored", "refused": "Refused"}.get(action)
    counts = {"Requests": 1, **({verdict: 1} if verdict else latency)}
    _tell(envelope, now, counts, action, "; ".join(str(entry["message"]) for entry in log.sublogs))


def failed(envelope: Envelope, now: datetime, reason: str) -> None:
    _tell(envelope, now, {"Failed": 1}, "failed", reason)


def throttled(envelope: Envelope, now: datetime) -> None:
    _tell(envelope, now, {"Throttled": 1}, "throttled", "the database was busy")


def moved(now: datetime, timers: int, overdue_ms: int) -> None:
    """Tell what the schedule did."""
    _emit({}, now, {"TimersMoved": timers, "OverdueTimerAge": overdue_ms // 1000})


def _tell(envelope: Envelope, now: datetime, counts: Mapping[str, int], action: str, verdict: str) -> None:
    integration = configuration.cached(envelope["account_id"], envelope["integration"]) or {}
    slug = str(integration.get("integration_type", "unknown"))
    _logger.info("%s %s %s: %s", envelope["integration"], slug, action, verdict or "done")
    log_id = ids.prefix_id(ids.LOG, envelope["log_id"])
    _emit({"IntegrationType": slug}, now, counts, integration=envelope["integration"], log=log_id, action=action)


def _emit(dimensions: Mapping[str, str], now: datetime, counts: Mapping[str, int], **properties: str) -> None:
    if "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
        return
    names = ["Stage", *dimensions]
    line: dict[str, Any] = {
        "_aws": {
            "Timestamp": epoch_ms(now),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [["Stage"], names] if dimensions else [["Stage"]],
                    "Metrics": [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in counts],
                }
            ],
        },
        "Stage": os.environ.get("SIGNALBOX_STAGE", ""),
        **dimensions,
        **counts,
        **properties,
    }
    sys.stdout.write(encode(line).decode() + "\n")
