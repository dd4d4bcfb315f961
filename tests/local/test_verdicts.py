"""What is told of the workers: each request with what was done, failures with their reason, dead letters as such."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from dev.local import events, verdicts


@pytest.fixture
def said() -> list[str]:
    return []


def test_each_request_is_told_with_what_was_done_and_once(
    world: Any, said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    integration = world.integration()
    name = integration["prefix_id"]
    with verdicts.told(said.append):
        for event in ("create", "resolve", "nonsense"):
            world.send(integration, {"event_type": event, "Id": "a", "Title": "A"})
    (alert,) = world.alerts()
    created, resolved, other = (line[11:] for line in said)
    assert created == f"{name} webhook create: made alert {alert['prefix_id']}: open"
    assert resolved == f"{name} webhook resolve: resolved {alert['prefix_id']}"
    assert other.startswith(f"{name} webhook other: ")
    assert "made alert" not in caplog.text
    world.send(integration, {"event_type": "create", "Id": "b", "Title": "B"})
    assert len(said) == 3


def test_a_failure_is_told_with_its_reason(world: Any, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("out of order")

    integration = world.integration()
    monkeypatch.setattr("chalicelib.handling.request.process", broken)
    with verdicts.told(said.append):
        world.send(integration, {"event_type": "create", "Id": "a", "Title": "A"})
    (line,) = said
    assert line[11:] == f"{integration['prefix_id']} webhook failed: attempt 1 failed: KeyError: 'out of order'"


def fail(source_records: list[dict[str, Any]], said: list[str], *failed: str) -> None:
    answer = {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}
    source = events.Source("q", lambda event, context: answer, 10)
    told = verdicts.telling_dead_letters(source, lambda line: said.append(line[11:]))
    assert told.function({"Records": source_records}, None) == answer


def record(body: str, receives: int, attempts: int = 0) -> dict[str, Any]:
    before = {"attempts": {"dataType": "Number", "stringValue": str(attempts)}}
    attributes = {"ApproximateReceiveCount": str(receives)}
    return {"messageId": f"m-{receives}", "body": body, "attributes": attributes, "messageAttributes": before}


def test_what_fails_for_the_last_time_is_told_as_a_dead_letter(world: Any, said: list[str]) -> None:
    integration = world.integration()
    world.hook(integration, {"event_type": "create", "Id": "a", "Title": "A"})
    (sent,) = world.messages()
    fail([record(sent["body"], 4), record(sent["body"], 5)], said, "m-4")
    assert said == []
    fail([record(sent["body"], 4, attempts=1)], said, "m-4")
    (line,) = said
    assert line.startswith(f"{integration['prefix_id']} log_")
    assert line.endswith(" is a dead letter now")


def test_a_dead_letter_that_cannot_be_read_is_told_by_its_id(said: list[str]) -> None:
    fail([record("poison", 5)], said, "m-5")
    assert said == ["message m-5 is a dead letter now"]


def test_what_is_told_leaves_the_logger_as_it_was(said: list[str]) -> None:
    requests = logging.getLogger("signalbox.requests")
    before = (requests.propagate, requests.level, list(requests.handlers))
    with verdicts.told(said.append):
        assert requests.propagate is False
    assert (requests.propagate, requests.level, list(requests.handlers)) == before
