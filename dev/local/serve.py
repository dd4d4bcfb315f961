"""`python -m dev.local.serve`: the whole service on 127.0.0.1:$PORT, with an account to try it. Ctrl-C stops it."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from dev.local import aws, events, queues
from dev.local.gateway import Gateway
from dev.local.server import HOST, Server

DEFAULT_PORT = "8000"
DEFAULT_TOKEN = "local-dev-token"


@dataclass(frozen=True)
class Service:
    """The running service: where it is, and what was made for a start."""

    url: str
    token: str
    example_url: str
    aws_url: str


@contextmanager
def running(port: int = 0, token: str = DEFAULT_TOKEN, access_log: bool = False) -> Iterator[Service]:
    """The service, for as long as the context lasts; port 0 takes any. One per process. Raises OSError when the port
    is taken."""
    with ExitStack() as cleanup:
        server = cleanup.enter_context(Server(port, access_log))
        moto, aws_url = aws.start_server()
        cleanup.callback(moto.stop)
        os.environ.update(aws.deploy_resources())
        import app

        server.gateway = Gateway(app.app)
        cleanup.enter_context(_threads(app, server))
        yield Service(server.url, token, _seed(server, token), aws_url)


@contextmanager
def _threads(app: Any, server: Server) -> Iterator[None]:
    from chalicelib.storage import clients

    stop, sqs = threading.Event(), clients.client("sqs")
    functions = {
        "WEBHOOKS_QUEUE_URL": app.process_webhooks,
        "RETRIES_QUEUE_URL": app.process_retries,
        "TASKS_QUEUE_URL": app.process_tasks,
    }
    polled = {os.environ[variable]: aws.queue(os.environ[variable]) for variable in functions}
    threads = [
        threading.Thread(target=events.tick, args=(app.tick, stop), daemon=True),
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True),
    ]
    for (url, queue), function in zip(polled.items(), functions.values(), strict=True):
        wait = partial(queues.wait_for_message, queue)
        threads.append(threading.Thread(target=events.poll, args=(sqs, url, function, stop, wait), daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for queue in polled.values():
            queues.wake(queue)
        server.shutdown()
        for thread in threads:
            thread.join(1)


def _seed(server: Server, token: str) -> str:
    """Make an account, a team and an integration; answers the URL of the integration."""
    from chalicelib.handling.accounts import create_account

    made = create_account("Local", "Ada Admin", "ada@example.com", datetime.now(UTC), token)
    members = {"member_account_user_ids": [made.user["id"]], "admin_account_user_ids": [made.user["id"]]}
    team = _make(server, token, "teams", {"name": "Operations", **members})
    example = {"name": "Example", "urgency": "medium", "integration_type_id": "webhook", "team_ids": [team["id"]]}
    url: str = _make(server, token, "integrations", example)["endpoint"]
    return url


def _make(server: Server, token: str, path: str, fields: dict[str, Any]) -> Any:
    headers = {"host": server.url.removeprefix("http://"), "authorization": f"Bearer {token}"}
    headers["content-type"] = "application/json"
    answer = server.gateway.answer("POST", f"/api/v4/{path}", headers, json.dumps(fields).encode())
    if answer.status >= 300:
        raise RuntimeError(f"making {path} failed: {answer.body.decode()}")
    return json.loads(answer.body)


def banner(service: Service) -> str:
    """What a developer needs to know about the running service."""
    event = json.dumps({"event_type": "create", "Id": "disk-1", "Title": "The disk of db-1 is full"})
    keys = " ".join(f"{name}={value}" for name, value in aws.CREDENTIALS.items())
    return f"""
Signalbox runs on this machine, in memory: what it holds is gone when it stops.

  Base URL     {service.url}
  API token    {service.token}
  Integration  {service.example_url}
  API docs     {service.url}/docs
  AWS (moto)   {service.aws_url}

Make an alert:
  curl {service.example_url} -H 'Content-Type: application/json' -d '{event}'

List the alerts:
  curl {service.url}/api/v4/alerts -H 'Authorization: Bearer {service.token}'

Look at its AWS:
  {keys} aws --endpoint-url {service.aws_url} sqs list-queues

Stop it with Ctrl-C.
"""


def _port(given: str) -> int:
    if not (given.isascii() and given.isdigit()) or int(given) > 65535:
        raise SystemExit(f"PORT must be a number from 0 to 65535, not {given!r}")
    return int(given)


def _leave(*_: Any) -> None:
    raise SystemExit(0)


def main() -> None:
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S")
    port = _port(os.environ.get("PORT") or DEFAULT_PORT)
    try:
        with running(port, os.environ.get("SIGNALBOX_LOCAL_TOKEN") or DEFAULT_TOKEN, access_log=True) as service:
            print(banner(service), flush=True)
            threading.Event().wait()
    except OSError as error:
        hint = ": another server uses this port; choose one as in PORT=8001" if error.errno == errno.EADDRINUSE else ""
        raise SystemExit(f"Cannot listen on {HOST}:{port}: {error.strerror or error}{hint}") from error


if __name__ == "__main__":
    main()
