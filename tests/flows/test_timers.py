"""Delays, auto resolve and auto aggregate: timers that are late, doubled, lost, or of an alert that is gone."""

from __future__ import annotations

import os

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends

from dev.local import aws
from tests.flows.script import Flow, webhook


def delayed(flow: Flow, delay: str):
    team = flow.team("X")
    rules = f"rules: [{{match: {{always: true}}, actions: [{{type: assign, receiver: {team['prefix_id']}, delay: {delay}}}]}}]"
    return flow.routed(rules, flow.team("Default"))


def purge(queue: str = "TASKS_QUEUE_URL") -> None:
    """Lose what is on a queue; PurgeQueue is allowed once a minute, and the clock may stand still."""
    name = os.environ[queue].rsplit("/", 1)[1]
    sqs_backends[DEFAULT_ACCOUNT_ID][aws.REGION].queues[name]._messages.clear()


def task_messages() -> list[str]:
    name = os.environ["TASKS_QUEUE_URL"].rsplit("/", 1)[1]
    return [message.body for message in sqs_backends[DEFAULT_ACCOUNT_ID][aws.REGION].queues[name]._messages]


def run_again(flow: Flow, bodies: list[str]) -> None:
    """Deliver messages of the tasks queue once more, twice in one batch."""
    record = {"attributes": {"ApproximateReceiveCount": "2"}}
    records = [{**record, "messageId": str(n), "body": body} for n, body in enumerate(bodies * 2)]
    assert flow.world.process(records, "process_tasks") == []


@pytest.mark.parametrize(("delay", "minutes"), [("5m", 5), ("15m", 15), ("16m", 16), ("2h", 120)])
def test_a_delayed_assignment_comes_at_its_minute_however_long_it_waits(flow: Flow, delay: str, minutes: int):
    integration = delayed(flow, delay)
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.want(f"{minutes}m", "Down", status="open", to=["X"])
    flow.run(until=f"{minutes + 5}m")


@pytest.mark.parametrize(("timeout", "step"), [("15m", "1m"), ("1d", "15m")])
def test_auto_resolve_counts_from_the_creation_whatever_the_state(flow: Flow, timeout: str, step: str):
    integration = flow.world.integration(option_auto_resolve_timeout=timeout, team_ids=[flow.team("X")["id"]])
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", status="open", to=["X"])
    flow.at("5m").act("Down", "acknowledge")
    flow.want("5m", "Down", status="acknowledged")
    flow.at("10m").push(integration, webhook("1", "Down"))
    flow.want("10m", "Down", count=1)
    flow.want(timeout, "Down", status="resolved")
    flow.run(step=step)
    assert flow.logs("Down")[-1] == "resolved by auto resolve"


def test_after_auto_resolve_the_key_makes_a_new_alert_with_a_timer_of_its_own(flow: Flow):
    integration = flow.world.integration(option_auto_resolve_timeout="15m", team_ids=[flow.team("X")["id"]])
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", status="open", to=["X"])
    flow.want("15m", "Down", status="resolved")
    flow.at("16m").push(integration, webhook("1", "Down"))
    flow.want("16m", "Down #2", status="open", to=["X"])
    flow.want("31m", "Down #2", status="resolved")
    flow.run(until="35m")


def test_auto_resolve_finds_an_alert_that_was_resolved_before_as_it_is(flow: Flow):
    integration = flow.world.integration(option_auto_resolve_timeout="15m", team_ids=[flow.team("X")["id"]])
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", status="open", to=["X"])
    flow.at("5m").push(integration, webhook("1", event="resolve"))
    flow.want("5m", "Down", status="resolved")
    flow.at("10m").push(integration, webhook("1", "Down"))
    flow.want("10m", "Down #2", status="open", to=["X"])
    flow.want("25m", "Down #2", status="resolved")
    flow.run(until="30m")
    assert flow.alert("Down")["resolved_at"] == "2026-03-02T09:05:00.000Z"


def test_auto_resolve_ends_an_alert_whose_assignment_still_waits(flow: Flow):
    team = flow.team("X")
    rules = (
        f"rules: [{{match: {{always: true}}, actions: [{{type: assign, receiver: {team['prefix_id']}, delay: 30m}}]}}]"
    )
    integration = flow.routed(rules, team, option_auto_resolve_timeout="20m")
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.want("20m", "Down", status="resolved")
    flow.run(until="35m")


def test_a_shorter_timeout_than_fifteen_minutes_is_refused(flow: Flow):
    body = {"name": "W", "urgency": "low", "integration_type_id": "webhook", "team_ids": [flow.team("X")["id"]]}
    answer = flow.world.api("POST", "/integrations", {**body, "option_auto_resolve_timeout": "14m"})
    assert (answer.status, "auto_resolve_timeout" in answer.text) == (422, True)


def test_auto_aggregate_counts_equal_titles_while_the_look_back_lasts(flow: Flow):
    given = {"option_auto_aggregate_timeout": "1h", "team_ids": [flow.team("X")["id"]]}
    one, other = flow.world.integration(**given), flow.world.integration(**given)
    flow.at("0m").push(one, webhook("1", "Disk full"))
    flow.want("0m", "Disk full", status="open", to=["X"])
    flow.at("10m").push(one, webhook("2", "Disk full"))
    flow.want("10m", "Disk full", count=1)
    flow.at("11m").push(one, webhook("3", "disk full"))
    flow.want("11m", "disk full", status="open", to=["X"])
    flow.at("12m").push(other, webhook("4", "Disk full"))
    flow.want("12m", "Disk full #2", status="open", to=["X"])
    flow.at("60m").push(one, webhook("5", "Disk full"))
    flow.want("60m", "Disk full", count=2)
    flow.at("61m").push(one, webhook("6", "Disk full"))
    flow.want("61m", "Disk full #3", status="open", to=["X"])
    flow.run()


def test_auto_aggregate_does_not_count_on_a_resolved_alert(flow: Flow):
    integration = flow.world.integration(option_auto_aggregate_timeout="1h", team_ids=[flow.team("X")["id"]])
    flow.at("0m").push(integration, webhook("1", "Disk full"))
    flow.want("0m", "Disk full", status="open", to=["X"])
    flow.at("5m").act("Disk full", "resolve")
    flow.want("5m", "Disk full", status="resolved")
    flow.at("6m").push(integration, webhook("2", "Disk full"))
    flow.want("6m", "Disk full #2", status="open", to=["X"])
    flow.at("7m").push(integration, webhook("3", "Disk full"))
    flow.want("7m", "Disk full #2", count=1)
    flow.run()


def test_a_timer_that_fires_twice_changes_nothing_the_second_time(flow: Flow):
    integration = delayed(flow, "5m")
    kept: list[str] = []
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.at("1m").do(lambda: kept.extend(task_messages()))
    flow.want("5m", "Down", status="open", to=["X"])
    flow.at("6m").do(lambda: run_again(flow, kept))
    flow.run(until="10m")
    assert len(kept) == 1
    assert len(flow.routing("Down")) == 2


def test_a_timer_that_comes_early_is_put_back(flow: Flow):
    integration = delayed(flow, "5m")
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.at("1m").do(lambda: run_again(flow, task_messages()))
    flow.want("5m", "Down", status="open", to=["X"])
    flow.run(until="10m")
    assert len(flow.routing("Down")) == 2


def test_the_schedule_may_run_any_number_of_times(flow: Flow):
    integration = delayed(flow, "20m")
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.at("6m").do(lambda: [flow.world.tick() for _ in range(3)])
    flow.want("20m", "Down", status="open", to=["X"])
    flow.at("21m").do(lambda: [flow.world.tick() for _ in range(3)])
    flow.run(until="25m")
    assert len(flow.routing("Down")) == 2


@pytest.mark.parametrize("delay", [5, 30])
def test_a_timer_whose_message_was_lost_is_found_overdue_and_sent_again(flow: Flow, delay: int):
    integration = delayed(flow, f"{delay}m")
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.at(f"{delay - 1}m").do(purge)
    flow.want(f"{delay + 1}m", "Down", status="open", to=["X"])
    flow.run(until=f"{delay + 10}m")


def test_after_an_outage_of_the_schedule_overdue_timers_fire_once(flow: Flow):
    integration = delayed(flow, "30m")
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.want("60m", "Down", status="open", to=["X"])
    flow.run(until="120m", step="60m")
    assert len(flow.routing("Down")) == 2


@pytest.mark.parametrize("delay", ["5m", "20m"])
def test_a_timer_of_a_deleted_alert_finds_nothing_to_do(flow: Flow, delay: str):
    integration = delayed(flow, delay)
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.at("1m").call("DELETE", lambda: f"/alerts/{flow.alert('Down')['id']}")
    flow.want("1m", "Down", status="deleted")
    flow.run(until="25m")


def test_an_alert_acknowledged_during_the_delay_pages_nobody_else(flow: Flow):
    integration = delayed(flow, "5m")
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.at("2m").push(integration, webhook("1", event="acknowledge"))
    flow.want("2m", "Down", status="acknowledged")
    flow.run(until="10m")
    assert "acknowledged already" in flow.logs("Down")[-1]


def test_duplicates_during_the_delay_are_counted_and_do_not_restart_it(flow: Flow):
    integration = delayed(flow, "5m")
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.at("3m").push(integration, webhook("1", "Down"))
    flow.want("3m", "Down", count=1)
    flow.want("5m", "Down", status="open", to=["X"])
    flow.run(until="10m")


def test_an_alert_that_a_delayed_router_ignores_takes_no_duplicates(flow: Flow):
    team = flow.team("X")
    inner = flow.router("rules: [{match: {alert.urgency: low}, actions: [{type: ignore}]}]", team)
    outer = (
        f"rules: [{{match: {{always: true}}, actions: [{{type: assign, receiver: {inner['prefix_id']}, delay: 5m}}]}}]"
    )
    integration = flow.routed(outer, team)
    flow.at("0m").push(integration, webhook("1", "Down", urgency="low"))
    flow.want("0m", "Down")
    flow.want("5m", "Down", status="suppressed")
    flow.at("6m").push(integration, webhook("1", "Down", urgency="high"))
    flow.want("6m", "Down #2")
    flow.want("11m", "Down #2", status="open", to=["X"])
    flow.at("12m").push(integration, webhook("1", event="resolve"))
    flow.want("12m", "Down #2", status="resolved")
    flow.run(until="15m")
