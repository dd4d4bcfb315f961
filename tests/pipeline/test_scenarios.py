"""The aggregation scenarios AGG-1 to AGG-4, end to end: webhook in, alert out."""

from __future__ import annotations

from typing import Any


def create(key: str) -> dict[str, Any]:
    return {"event_type": "create", "Id": key, "Title": f"Problem {key}", "Description": "It is broken"}


def resolve(key: str) -> dict[str, Any]:
    return {"event_type": "resolve", "Id": key}


def test_a_webhook_becomes_an_open_alert_at_the_integrations_team(world):
    team = world.team("Database")
    integration = world.integration(team_ids=[team["id"]], urgency="high")
    world.send(integration, create("123"))
    (alert,) = world.alerts()
    assert alert["title"] == "Problem 123"
    assert alert["status"] == "open"
    assert alert["urgency"] == "high"
    assert alert["destination_team_ids"] == [team["id"]]
    assert alert["source_id"] == integration["id"]
    assert alert["dedup_count"] == 0


def test_agg_1_create_resolve_create_makes_two_alerts(world):
    integration = world.integration()
    for body in (create("123"), resolve("123"), create("123")):
        world.send(integration, body)
    assert [alert["status"] for alert in world.alerts()] == ["open", "resolved"]


def test_agg_2_a_second_create_is_counted(world):
    integration = world.integration()
    for body in (create("123"), create("123"), resolve("123"), create("123")):
        world.send(integration, body)
    assert [(alert["status"], alert["dedup_count"]) for alert in world.alerts()] == [("open", 0), ("resolved", 1)]


def test_agg_3_integrations_are_namespaces(world):
    first, second = world.integration(name="I1"), world.integration(name="I2")
    world.send(first, create("123"))
    world.send(second, create("123"))
    world.send(first, resolve("123"))
    for _ in range(3):
        world.send(second, create("123"))
    by_source = {alert["source_id"]: alert for alert in world.alerts()}
    assert by_source[first["id"]]["status"] == "resolved"
    assert (by_source[second["id"]]["status"], by_source[second["id"]]["dedup_count"]) == ("open", 3)


def test_agg_4_a_user_steps_in(world):
    integration = world.integration()
    world.send(integration, create("123"))
    (alert,) = world.alerts()
    assert world.ok("POST", f"/alerts/{alert['id']}/acknowledge")["status"] == "acknowledged"
    world.send(integration, create("123"))
    (alert,) = world.alerts()
    assert (alert["status"], alert["dedup_count"]) == ("acknowledged", 1)
    assert world.ok("POST", f"/alerts/{alert['id']}/resolve")["status"] == "resolved"
    world.send(integration, create("123"))
    assert [found["status"] for found in world.alerts()] == ["open", "resolved"]
