"""The local service as a process of its own, spoken to over sockets: other tests mock AWS inside this one."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TOKEN = "token-of-these-tests"
COMMAND = [sys.executable, "-m", "signalbox", "run"]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Service:
    """A running service, and what its banner says of it."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path) -> None:
        self.process, self.output = process, output
        until(lambda: "\nReady.\n" in self.printed or process.poll() is not None, 30)
        names = ("Base URL", r"AWS \(moto\)", "Integration")
        found = {name: re.search(rf"{name} +(\S+)", self.printed) for name in names}
        assert all(found.values()), self.printed
        self.port = int(found["Base URL"][1].rpartition(":")[2])
        self.aws_url = found[r"AWS \(moto\)"][1]
        self.example = found["Integration"][1].removeprefix(found["Base URL"][1])

    @property
    def printed(self) -> str:
        return self.output.read_text(errors="replace")

    def http(self, method: str, path: str, body: Any = None, token: str = "", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        connection.close()
        return found

    def raw(self, content: bytes) -> bytes:
        """What comes back for bytes as they are; nothing more is sent after them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=15) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            parts = []
            try:
                while part := connection.recv(65536):
                    parts.append(part)
            except ConnectionResetError:
                pass
            return b"".join(parts)

    def api(self, method: str, path: str, fields: Any = None, token: str = TOKEN) -> Any:
        """Call the API and insist on success."""
        body = None if fields is None else json.dumps(fields)
        answer = self.http(method, f"/api/v4{path}", body, token, Content_Type="application/json")
        assert answer.status < 300, (method, path, answer)
        return answer.json

    def team(self, name: str, token: str = TOKEN) -> Any:
        user = self.api("GET", "/account_users", token=token)["data"][0]["id"]
        people = {"member_account_user_ids": [user], "admin_account_user_ids": [user]}
        return self.api("POST", "/teams", {"name": name, **people}, token)

    def integration(self, kind: str = "webhook", **fields: Any) -> str:
        """The path of a new integration."""
        given = {"name": kind, "urgency": "low", "integration_type_id": kind, "team_ids": [self.team("Ops")["id"]]}
        made = self.api("POST", "/integrations", {**given, **fields})
        return f"/integration/{made['prefix_id']}"

    def titles(self) -> set[str]:
        return {alert["title"] for alert in self.api("GET", "/alerts?limit=100")["data"]}

    def sqs(self, action: str, **arguments: Any) -> Any:
        """Call SQS as a client of AWS would."""
        host = self.aws_url.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=15)
        scope = "Credential=local/20260101/us-east-1/sqs/aws4_request"
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{action}"}
        headers["Authorization"] = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"
        connection.request("POST", "/", json.dumps(arguments), headers)
        answer = json.loads(connection.getresponse().read() or b"{}")
        connection.close()
        return answer

    def queue(self, name: str) -> str:
        url: str = self.sqs("GetQueueUrl", QueueName=f"signalbox-local-{name}")["QueueUrl"]
        return url

    def retry_at_most(self, receives: int, queue: str) -> None:
        """Change after how many receives the queue sets a message aside."""
        answer = self.sqs("GetQueueAttributes", QueueUrl=queue, AttributeNames=["RedrivePolicy"])
        policy = json.loads(answer["Attributes"]["RedrivePolicy"]) | {"maxReceiveCount": receives}
        self.sqs("SetQueueAttributes", QueueUrl=queue, Attributes={"RedrivePolicy": json.dumps(policy)})


def until(look: Callable[[], Any], seconds: float = 15) -> Any:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def environment(port: int = 0, **more: str) -> dict[str, str]:
    ours = {"PORT": str(port), "SIGNALBOX_LOCAL_TOKEN": TOKEN, "DATA": "", "RELOAD": "", "SIGNALBOX_ADAPTERS": ""}
    return {**os.environ, **ours, **more}


@contextmanager
def started(folder: Path, root: Path = ROOT, **more: str) -> Iterator[Service]:
    """A service with its output in a folder; what comes of the test, no process of it is left."""
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            COMMAND, cwd=root, env=environment(**more), stdout=file, stderr=file, start_new_session=True
        )
    try:
        yield Service(process, output)
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(15)
        finally:
            with suppress(ProcessLookupError):  # the group is gone when all of it is
                os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with started(tmp_path_factory.mktemp("service")) as running:
        yield running
