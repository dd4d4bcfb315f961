"""The whole service in this process: moto for AWS, the app behind a local gateway, workers, an account to try it."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from dev import project
from dev.local import aws, data, events, queues
from dev.local.address import listen
from dev.local.gateway import Gateway
from dev.local.lines import Say, to_nobody
from dev.local.server import Server
from dev.local.verdicts import telling_dead_letters, told

_EXAMPLE, _USER = "example", "user"  # what a folder notes of the first start
_SECONDS_TO_STOP = 0.1
_SECONDS_FOR_A_BATCH = 10.0


@dataclass(frozen=True)
class Service:
    """The running service: where it is, and what was made for a start."""

    url: str
    token: str
    example_url: str
    aws_url: str


@dataclass(frozen=True)
class Setting:
    """How to run. `folder` keeps what the service holds; `say` gets a line per request and verdict; `announce` is
    called when all is ready and nothing is served yet."""

    token: str = "local-dev-token"
    folder: Path | None = None
    say: Say = to_nobody
    announce: Callable[[Service], None] = field(default=lambda service: None)


@contextmanager
def running(
    setting: Setting = Setting(), http: socket.socket | None = None, moto: socket.socket | None = None
) -> Iterator[Service]:
    """The service, for as long as the context lasts, on sockets that listen. One per process. Raises data.Unusable."""
    with ExitStack() as cleanup:
        keeper = data.Keeper(data.Folder(setting.folder)) if setting.folder else None
        server = Server(http or listen(0), setting.say)
        aws_url = cleanup.enter_context(aws.served(moto or listen(0)))
        os.environ.update(aws.deploy_resources())
        if keeper:
            keeper.folder.read()
            cleanup.enter_context(keeper)
        app = project.application()
        server.gateway = Gateway(app.app)
        service = Service(server.url, setting.token, server.url + _seeded(server, setting.token, keeper), aws_url)
        setting.announce(service)
        cleanup.enter_context(_threads(app, server, setting.say))
        yield service


@contextmanager
def _threads(app: Any, server: Server, say: Say) -> Iterator[None]:
    from chalicelib.storage import clients

    stop, sqs = threading.Event(), clients.client("sqs")
    sources = events.sources(app.app, aws.STAGE)
    works: list[Callable[[], None]] = [
        partial(events.tick, app.tick, stop),
        partial(server.serve_forever, _SECONDS_TO_STOP),
    ]
    for source in sources:
        wait = partial(queues.wait_for_message, aws.queues()[source.queue])
        works.append(partial(events.poll, sqs, telling_dead_letters(source, say), stop, wait))
    threads = [threading.Thread(target=work, daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        with told(say):
            yield
    finally:
        server.close_gateway(_SECONDS_FOR_A_BATCH)
        server.shutdown()
        stop.set()
        for source in sources:
            queues.wake(aws.queues()[source.queue])
        for thread in threads:
            thread.join(_SECONDS_FOR_A_BATCH)


def _seeded(server: Server, token: str, keeper: data.Keeper | None) -> str:
    """The path of the example integration: of the folder's first start, or made now with an account and a team."""
    from chalicelib.handling.accounts import create_account, create_token

    now = datetime.now(UTC)
    if keeper and (example := keeper.folder.noted(_EXAMPLE)):
        if _call(server, token, "GET", "account_users").status == 401:
            create_token(json.loads(keeper.folder.noted(_USER) or b""), "Token of a later start", now, token)
        return example.decode()
    made = create_account("Local", "Ada Admin", "ada@example.com", now, token)
    members = {"member_account_user_ids": [made.user["id"]], "admin_account_user_ids": [made.user["id"]]}
    team = _make(server, token, "teams", {"name": "Operations", **members})
    fields = {"name": "Example", "urgency": "medium", "integration_type_id": "webhook", "team_ids": [team["id"]]}
    path = f"/integration/{_make(server, token, 'integrations', fields)['prefix_id']}"
    if keeper:
        keeper.note(_USER, json.dumps(made.user).encode())
        keeper.note(_EXAMPLE, path.encode())
    return path


def _make(server: Server, token: str, path: str, fields: dict[str, Any]) -> Any:
    answer = _call(server, token, "POST", path, fields)
    if answer.status >= 300:
        raise RuntimeError(f"making {path} failed: {answer.body.decode()}")
    return json.loads(answer.body)


def _call(server: Server, token: str, method: str, path: str, fields: dict[str, Any] | None = None) -> Any:
    headers = {"host": server.url.removeprefix("http://"), "authorization": f"Bearer {token}"}
    headers["content-type"] = "application/json"
    body = b"" if fields is None else json.dumps(fields).encode()
    return server.gateway.answer(method, f"/api/v4/{path}", headers, body)
