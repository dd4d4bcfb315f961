"""Verdicts of batches: what the log says, failures with their attempt, dead letters as such."""

from __future__ import annotations

from typing import Any

import pytest

from dev.local import verdicts
from dev.local.verdicts import telling


@pytest.fixture
def told() -> list[str]:
    return []


def tell(world: Any, told: list[str], receives: int = 1, fails: bool = False) -> None:
    """Deliver what is on the queue through a function that tells, and perhaps fails first."""

    def function(event: Any, context: Any) -> Any:
        if fails:
            return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}
        return world.app_module.process_webhooks(event, context)

    records = [
        {**record, "attributes": {**record["attributes"], "ApproximateReceiveCount": str(receives)}}
        for record in world.messages()
    ]
    telling(function, lambda line: told.append(line[11:]))({"Records": records}, None)


def test_each_request_of_a_batch_is_told_with_what_was_done(world: Any, told: list[str]) -> None:
    integration = world.integration()
    name = integration["prefix_id"]
    for event in ("create", "resolve", "nonsense"):
        world.hook(integration, {"event_type": event, "Id": "a", "Title": "A"})
    tell(world, told)
    (alert,) = world.alerts()
    created, resolved, other = sorted(told, key=lambda line: ["create", "resolve", "other"].index(line.split()[1][:-1]))
    assert created == f"{name} create: made alert {alert['prefix_id']}: open"
    assert resolved == f"{name} resolve: resolved {alert['prefix_id']}"
    assert other.startswith(f"{name} other: ")


def test_a_failure_is_told_with_its_attempt_and_the_last_as_a_dead_letter(world: Any, told: list[str]) -> None:
    integration = world.integration()
    world.hook(integration, {"event_type": "create", "Id": "a", "Title": "A"})
    tell(world, told, receives=2, fails=True)
    world.hook(integration, {"event_type": "create", "Id": "b", "Title": "B"})
    tell(world, told, receives=5, fails=True)
    name = integration["prefix_id"]
    assert told == [f"{name} FAILED, attempt 2 of 5", f"{name} FAILED 5 times and is a dead letter now"]


def test_a_failure_says_why(world: Any, told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("out of order")

    integration = world.integration()
    world.hook(integration, {"event_type": "create", "Id": "a", "Title": "A"})
    monkeypatch.setattr("chalicelib.handling.request.process", broken)
    tell(world, told)
    (line,) = told
    assert line.startswith(f"{integration['prefix_id']} FAILED, attempt 1 of 5: ")
    assert "KeyError: 'out of order'" in line


def test_what_cannot_be_told_is_done_all_the_same(
    world: Any, told: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(verdicts, "_log", lambda message: 1 / 0)
    integration = world.integration()
    world.hook(integration, {"event_type": "create", "Id": "a", "Title": "A"})
    tell(world, told)
    assert (len(world.alerts()), told) == (1, [])
    assert "cannot be told" in caplog.text


def test_a_message_that_is_none_is_told_by_its_id(world: Any, told: list[str]) -> None:
    record = {"messageId": "m-1", "body": "poison", "attributes": {"ApproximateReceiveCount": "1"}}
    answer = {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    telling(lambda event, context: answer, told.append)({"Records": [record]}, None)
    assert [line[11:] for line in told] == ["message m-1 FAILED, attempt 1 of 5"]


def test_a_request_of_a_deleted_integration_has_nothing_to_tell(world: Any, told: list[str]) -> None:
    integration = world.integration()
    world.hook(integration, {"event_type": "create", "Id": "a", "Title": "A"})
    world.ok("DELETE", f"/integrations/{integration['id']}")
    tell(world, told)
    assert told == []
