"""The local service as a whole: retries and dead letters, a second account, starting and stopping."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.local.conftest import COMMAND, ROOT, TOKEN, Service, environment, started, until


def test_a_poisoned_message_ends_in_the_dead_letters_and_its_neighbours_are_processed(service: Service) -> None:
    endpoint, queue, dead = service.integration(), service.queue("webhooks"), service.queue("webhooks-dlq")
    service.retry_at_most(2, queue)  # five times would take ten seconds
    poison = f"poison {time.monotonic_ns()}"
    for name in ("before", "after"):
        body = json.dumps({"event_type": "create", "Id": name, "Title": f"Neighbour {name}"})
        service.http("POST", endpoint, body, Content_Type="application/json")
        service.sqs("SendMessage", QueueUrl=queue, MessageBody=poison, MessageGroupId="x")
    until(lambda: {"Neighbour before", "Neighbour after"} <= service.titles())
    found: list[str] = []

    def look() -> bool:
        received = service.sqs("ReceiveMessage", QueueUrl=dead, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        found.extend(message["Body"] for message in received.get("Messages", []))
        return found.count(poison) == 2

    until(look)


def test_a_second_account_sees_nothing_of_the_first(service: Service) -> None:
    made = _account(service, "account", "--name", "Acme", "--user", "Ada", "--email", "ada@example.com")
    assert made.returncode == 0, made.stderr
    account = re.search(r"\((acc_\w+)\)", made.stdout)[1]
    user = re.search(r"usr_\w+", made.stdout)[0]
    token = re.search(r"API token: (\w+)", made.stdout)[1]
    second = _account(service, "token", "--account", account, "--user", user, "--name", "CI")
    for held in (token, re.search(r"API token: (\w+)", second.stdout)[1]):
        assert service.api("GET", "/teams", token=held)["data"] == []
        assert [found["prefix_id"] for found in service.api("GET", "/account_users", token=held)["data"]] == [user]
    assert service.api("GET", "/teams", token=TOKEN)["data"]


def _account(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}
    more = {**keys, "AWS_ENDPOINT_URL": service.aws_url}
    command = [sys.executable, "-m", "signalbox", *arguments, "--stage", "local"]
    return subprocess.run(command, cwd=ROOT, env=environment(**more), capture_output=True, text=True, timeout=30)


def test_sigterm_at_the_last_line_of_the_start_ends_it_with_0_and_without_a_word(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        before = service.printed
        service.process.terminate()
        assert service.process.wait(10) == 0
        assert service.printed == before


def test_a_taken_port_is_told_at_once(service: Service) -> None:
    found = subprocess.run(COMMAND, cwd=ROOT, env=environment(service.port), capture_output=True, text=True, timeout=30)
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert f"127.0.0.1:{service.port}: Address already in use" in found.stderr


def test_a_port_that_is_none_is_told() -> None:
    found = subprocess.run(COMMAND, cwd=ROOT, env=environment(PORT="http"), capture_output=True, text=True, timeout=30)
    assert found.returncode == 2
    assert found.stderr.endswith("argument --port: must be a number from 0 to 65535, not 'http'\n")


def test_it_says_what_it_does_from_its_first_line_to_the_ready(service: Service) -> None:
    first, *_, last = service.printed.partition("Ready.")[0].splitlines()
    assert first == f"Starting Signalbox on http://127.0.0.1:{service.port} ..."
    assert last == ""
    told = service.printed.partition("Ready.")[0]
    assert "int_" in told
    assert TOKEN in told
    assert " 200 " not in told


def test_a_request_has_a_line_and_its_verdict_one_below_it(service: Service) -> None:
    endpoint = service.integration()
    body = json.dumps({"event_type": "create", "Id": "told", "Title": "Told"})
    service.http("POST", endpoint, body, Content_Type="application/json")
    name = endpoint.rpartition("/")[2]
    lines = until(lambda: [line for line in service.printed.splitlines() if f"{name} webhook create: " in line])
    (alert,) = [alert for alert in service.api("GET", "/alerts?limit=100")["data"] if alert["title"] == "Told"]
    assert lines[0][8:] == f"   {name} webhook create: made alert {alert['prefix_id']}: open"
    before = service.printed.partition(lines[0])[0]
    assert re.search(rf"^\d\d:\d\d:\d\d 200 POST {endpoint} \d+ ms$", before, re.MULTILINE)
    service.http("POST", endpoint, "not json", Content_Type="application/json")
    until(lambda: f"{name} webhook other: " in service.printed)
