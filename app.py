"""The Chalice app: mounts the API and declares the entry points of the functions. No logic here."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from typing import Any

from chalice import Chalice, Rate

from chalicelib import adapters
from chalicelib.storage import clients

logging.getLogger("signalbox").setLevel(os.environ.get("LOG_LEVEL", "INFO"))
clients.prepare()
adapters.register(adapters.named(os.environ.get("SIGNALBOX_ADAPTERS")))

app = Chalice(app_name="signalbox", configure_logs=False)
app.api.binary_types = []  # bodies come in base64 by the template's own setting; answers are text

# Lambda says in _HANDLER which function this is. Each loads while it starts, when it has whole cores, what it serves.
HANDLER = os.environ.get("_HANDLER", "app.app")
if HANDLER == "app.app":
    from chalicelib.api.mounts import mount

    mount(app)
elif HANDLER == "app.ingress":
    from chalicelib.intake import gateway  # noqa: F401


@app.lambda_function(name="ingress")
def ingress(event: Any, context: Any) -> dict[str, Any]:
    from chalicelib.intake.gateway import answer

    return answer(event, datetime.now(UTC))


@app.on_sqs_message(queue="signalbox-webhooks", batch_size=10, maximum_concurrency=10)
def process_webhooks(event: Any) -> dict[str, list[dict[str, str]]]:
    from chalicelib.handling.batches import take_webhooks

    return take_webhooks(event.to_dict(), datetime.now(UTC), _budget(event))


@app.on_sqs_message(queue="signalbox-retries", batch_size=1, maximum_concurrency=5)
def process_retries(event: Any) -> dict[str, list[dict[str, str]]]:
    """Requests that were received before, one at a time: what ends its function ends alone."""
    from chalicelib.handling.batches import take_webhooks

    return take_webhooks(event.to_dict(), datetime.now(UTC), _budget(event))


@app.on_sqs_message(queue="signalbox-tasks", batch_size=10, maximum_concurrency=5)
def process_tasks(event: Any) -> dict[str, list[dict[str, str]]]:
    from chalicelib.handling.batches import take_tasks

    return take_tasks(event.to_dict(), datetime.now(UTC), _budget(event))


def _budget(event: Any) -> Any:
    """The time that Lambda gives the function, of which a batch takes what it may."""
    from chalicelib.handling.batches import Budget

    remaining = getattr(event.context, "get_remaining_time_in_millis", None)
    return Budget(lambda: remaining() / 1000) if remaining else Budget(lambda: 30.0)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def tick(event: Any) -> dict[str, int]:
    from chalicelib.handling import metrics
    from chalicelib.handling.schedule import tick as move_due_timers

    now = datetime.now(UTC)
    moved = move_due_timers(now, os.environ.get("HEARTBEAT_URL", ""))
    metrics.moved(now, moved.sent, moved.overdue_ms)
    return {"moved": moved.sent, "given_up": moved.given_up, "overdue_ms": moved.overdue_ms}
