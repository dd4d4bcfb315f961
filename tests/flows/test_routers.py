"""Routers end to end: the scenarios RT-1 to RT-6, chains, several destinations, and receivers that went away."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from chalicelib.storage import clients
from tests.flows.script import Flow, webhook

OFFICE_HOURS = """
rules:
- match:
    $and:
    - $timeBetween: {{timezone: Europe/London, starttime: 08:00 am, endtime: 05:00 pm}}
    - $day: {{timezone: Europe/London, $in: [1, 2, 3, 4, 5]}}
  actions: [{{type: assign, receiver: {team}}}]
- match: {{always: true}}
  actions: [{{type: ignore}}]
"""
CRITICAL = """
rules:
- match:
    alert.title: {{$regex: critical systems down, $options: i}}
    alert.urgency: {{$in: [high, critical]}}
  actions:
  - {{type: stakeholder, ids: [{stakeholder}]}}
  - {{type: assign, receiver: {team}, delay: 5m}}
"""


def always(*actions: str) -> str:
    return "rules: [{match: {always: true}, actions: [" + ", ".join(f"{{{action}}}" for action in actions) + "]}]"


def to(receiver, more: str = "") -> str:
    return always(f"type: assign, receiver: {receiver['prefix_id']}{more}")


def test_rt_1_alerts_of_one_source_gather_under_the_first_for_an_hour(flow: Flow):
    team, default = flow.team("X"), flow.team("Default")
    rules = always(f"type: aggregate, by: [alert.source_id], timeout: 1h, receiver: {team['prefix_id']}")
    router = flow.router(rules, default)
    one, other = (flow.world.integration(name=name, router_ids=[router["id"]]) for name in "AB")
    flow.at("0m").push(one, webhook("a1"))
    flow.want("0m", "a1", status="open", to=["X"])
    for minute, name in ((10, "a2"), (20, "a3")):
        flow.at(f"{minute}m").push(one, webhook(name))
        flow.want(f"{minute}m", "a1", count=minute // 10)
        flow.want(f"{minute}m", name, status="suppressed", parent="a1")
    flow.at("30m").push(other, webhook("b1"))
    flow.want("30m", "b1", status="open", to=["X"])
    flow.at("61m").push(one, webhook("a4"))
    flow.want("61m", "a4", status="open", to=["X"])
    flow.run()
    ((entry,),) = flow.routing("a2")
    assert (entry["result"], entry["parent_id"]) == ("aggregated", flow.alert("a1")["id"])


@pytest.fixture
def critical(flow: Flow):
    stakeholder = flow.world.ok("POST", "/stakeholders", {"name": "Board", "emails": ["board@example.com"]})
    rules = CRITICAL.format(team=flow.team("X")["prefix_id"], stakeholder=stakeholder["prefix_id"])
    return flow.routed(rules, flow.team("Default")), stakeholder


def test_rt_2_a_delayed_assignment_waits_its_five_minutes(flow: Flow, critical):
    integration, stakeholder = critical
    flow.at("0m").push(integration, webhook("1", "critical systems down", urgency="high"))
    flow.want("0m", "critical systems down", status="queued")
    flow.want("5m", "critical systems down", status="open", to=["X"])
    flow.run(until="10m")
    assert flow.alert("critical systems down")["stakeholder_ids"] == [stakeholder["id"]]
    (first,), (second,) = flow.routing("critical systems down")
    assert (first["result"], second["result"]) == ("delayed", "reached")


def test_rt_2b_what_misses_one_condition_goes_to_the_default_receiver(flow: Flow, critical):
    integration, _ = critical
    flow.at("0m").push(integration, webhook("1", "Critical systems down", urgency="medium"))
    flow.at("0m").push(integration, webhook("2", "Printer jammed", urgency="high"))
    flow.want("0m", "Critical systems down", status="open", to=["Default"])
    flow.want("0m", "Printer jammed", status="open", to=["Default"])
    flow.run(until="10m")
    ((entry,),) = flow.routing("Printer jammed")
    assert entry["default"] is True
    assert entry["rules"][0]["failed"]["path"] == "alert.title"


@pytest.mark.parametrize("delay", ["5m", "2h"])
def test_rt_2c_an_alert_that_heals_during_the_delay_is_never_routed(flow: Flow, delay: str):
    integration = flow.routed(to(flow.team("X"), f", delay: {delay}"), flow.team("Default"))
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.at("3m").push(integration, webhook("1", event="resolve"))
    flow.want("3m", "Down", status="resolved")
    flow.run(until="125m")
    assert "resolved already" in flow.logs("Down")[-1]


def test_rt_3_alerts_of_one_title_gather_and_case_matters(flow: Flow):
    team, default = flow.team("X"), flow.team("Default")
    integration = flow.routed(
        f"""
rules:
- match: {{alert.title: {{$regex: staging}}}}
  actions: [{{type: aggregate, by: [alert.title], timeout: 1d, receiver: {team["prefix_id"]}}}]
""",
        default,
    )
    for minute, (key, title) in enumerate(
        [("1", "staging db"), ("2", "staging db"), ("3", "staging web"), ("4", "Staging db")]
    ):
        flow.at(f"{minute}m").push(integration, webhook(key, title))
    flow.want("0m", "staging db", status="open", to=["X"])
    flow.want("1m", "staging db", count=1)
    flow.want("1m", "staging db #2", status="suppressed", parent="staging db")
    flow.want("2m", "staging web", status="open", to=["X"])
    flow.want("3m", "Staging db", status="open", to=["Default"])
    flow.run()


@pytest.mark.parametrize(
    ("moment", "in_hours"),
    [
        (datetime(2026, 3, 3, 10, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 3, 17, 30, tzinfo=UTC), False),
        (datetime(2026, 3, 7, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 7, 7, 30, tzinfo=UTC), True),  # 08:30 in London's summer
        (datetime(2026, 7, 7, 16, 30, tzinfo=UTC), False),  # 17:30 in London's summer
    ],
)
def test_rt_4_out_of_office_hours_alerts_are_ignored(flow: Flow, moment: datetime, in_hours: bool):
    flow.world.clock.move_to(moment)
    integration = flow.routed(OFFICE_HOURS.format(team=flow.team("X")["prefix_id"]), flow.team("Default"))
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", **({"status": "open", "to": ["X"]} if in_hours else {"status": "suppressed"}))
    flow.run()


def test_the_next_create_of_a_key_that_was_ignored_is_routed_anew(flow: Flow):
    flow.world.clock.move_to(datetime(2026, 3, 3, 7, 50, tzinfo=UTC))
    integration = flow.routed(OFFICE_HOURS.format(team=flow.team("X")["prefix_id"]), flow.team("Default"))
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", status="suppressed")
    flow.at("15m").push(integration, webhook("1", "Down"))
    flow.want("15m", "Down #2", status="open", to=["X"])
    flow.run()


def test_rt_5_a_disabled_router_leads_to_its_default_receiver(flow: Flow):
    router = flow.router(always("type: ignore"), flow.team("Default"), enabled=False)
    integration = flow.world.integration(router_ids=[router["id"]])
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", status="open", to=["Default"])
    flow.run()
    ((entry,),) = flow.routing("Down")
    assert (entry["enabled"], entry["reason"]) == (False, "the router is disabled")


@pytest.mark.parametrize(("hour", "ignored"), [(3, False), (7, True)])
def test_rt_6_a_holiday_is_that_of_the_time_zone(flow: Flow, hour: int, ignored: bool):
    flow.world.clock.move_to(datetime(2026, 12, 25, hour, 0, tzinfo=UTC))
    rules = "rules: [{match: {$now: {timezone: America/Chicago, format: MM-DD, $in: [01-01, 12-25]}}, actions: [{type: ignore}]}]"
    integration = flow.routed(rules, flow.team("Default"))
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", **({"status": "suppressed"} if ignored else {"status": "open", "to": ["Default"]}))
    flow.run()


def test_a_router_hands_on_to_another_and_changes_the_alert_on_the_way(flow: Flow):
    team, default = flow.team("X"), flow.team("Default")
    second = flow.router(
        f"rules: [{{match: {{alert.urgency: critical}}, actions: [{{type: assign, receiver: {team['prefix_id']}}}]}}]",
        default,
    )
    first = always(
        "type: setval, map: {urgency: critical, tags: [web], title: 'Web: {{alert.title}}'}, handlebars: true",
        "type: incident, severity: SEV-2, message: 'Call {{alert.tags}}', handlebars: true",
        f"type: assign, receiver: {second['prefix_id']}",
    )
    integration = flow.routed(first, default)
    flow.at("0m").push(integration, webhook("1", "Down", urgency="low"))
    flow.want("0m", "Web: Down", status="open", to=["X"])
    flow.run()
    alert = flow.alert("Web: Down")
    assert (alert["urgency"], alert["tag_list"], alert["meta"]["incident_message"]) == ("critical", ["web"], "Call web")
    ((entry,),) = flow.routing("Web: Down")
    assert entry["routers"][0]["receivers"] == [team["prefix_id"]]


def test_two_routers_that_point_at_each_other_end_at_a_default_receiver(flow: Flow):
    default = flow.team("Default")
    first = flow.router(always("type: ignore"), default)
    second = flow.router(to(first), default)
    flow.world.ok("PUT", f"/routers/{first['id']}", {"rules": to(second)})
    integration = flow.world.integration(router_ids=[first["id"]])
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", status="open", to=["Default"])
    flow.run()
    assert "loop" in str(flow.routing("Down"))


def test_a_receiver_deleted_since_leads_to_the_default_receiver(flow: Flow):
    team = flow.team("X")
    integration = flow.routed(to(team), flow.team("Default"))
    flow.at("0m").do(lambda: remove(flow, team))
    flow.at("1m").push(integration, webhook("1", "Down"))
    flow.want("1m", "Down", status="open", to=["Default"])
    flow.run()
    ((entry,),) = flow.routing("Down")
    assert "deleted" in entry["reason"]


def test_a_receiver_deleted_during_its_delay_leads_to_the_default_receiver(flow: Flow):
    team = flow.team("X")
    integration = flow.routed(to(team, ", delay: 20m"), flow.team("Default"))
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down")
    flow.at("10m").do(lambda: remove(flow, team))
    flow.want("20m", "Down", status="open", to=["Default"])
    flow.run()


def test_an_alert_that_reaches_nobody_is_dropped_and_its_log_says_why(flow: Flow):
    default = flow.team("Default")
    integration = flow.routed(to(default), default)
    flow.at("0m").do(lambda: remove(flow, default))
    flow.at("1m").push(integration, webhook("1", "Down"))
    flow.want("1m", "Down", status="dropped")
    flow.run()
    ((entry,),) = flow.routing("Down")
    assert entry["result"] == "nowhere"
    assert "deleted" in entry["reason"]


def test_a_router_whose_rules_name_what_is_gone_can_still_be_edited(flow: Flow):
    gone, never = flow.team("Gone"), "tem_0000000000"
    router = flow.router(to(gone), flow.team("Default"))
    remove(flow, gone)
    path = f"/routers/{router['id']}"
    assert flow.world.ok("PUT", path, {"enabled": False, "name": "new"})["enabled"] is False
    edited = flow.world.ok("PUT", path, {"rules": to(gone, ", delay: 5m")})
    assert [gone["prefix_id"] in warning and "is gone" in warning for warning in edited["warnings"]] == [True]
    answer = flow.world.api("PUT", path, {"rules": to({"prefix_id": f"[{gone['prefix_id']}, {never}]"})})
    assert answer.status == 422
    assert never in str(answer)
    assert gone["prefix_id"] not in str(answer)


def test_a_save_answers_the_warnings_about_the_rules(flow: Flow):
    router = flow.router("rules:\n- match: {urgency: high}\n  actions: [{type: ignore}]", flow.team("Default"))
    assert "did you mean alert.urgency?" in router["warnings"][0]
    path = f"/routers/{router['id']}"
    assert flow.world.ok("PUT", path, {"name": "new"})["warnings"] == router["warnings"]
    assert flow.world.ok("PUT", path, {"rules": ""})["warnings"] == []


def remove(flow: Flow, thing) -> None:
    """Delete an object behind the API's back, which refuses to while it is in use."""
    from chalicelib.storage import configuration, edits

    account_id = flow.world.account.account["id"]
    stored = configuration.read(account_id, thing["prefix_id"])
    edits.commit(configuration.tally(account_id), [edits.Edit(stored, None)])


def test_each_destination_is_routed_on_its_own(flow: Flow):
    default, slow, gone = flow.team("Default"), flow.team("Slow"), flow.team("Gone")
    routers = [
        flow.router(always("type: ignore"), default),
        flow.router(to(slow, ", delay: 5m"), default),
        flow.router(to(gone), gone),
    ]
    user = flow.world.account.user["id"]
    integration = flow.world.integration(
        router_ids=[router["id"] for router in routers],
        team_ids=[flow.team("Direct")["id"], gone["id"]],
        account_user_ids=[user],
    )
    flow.at("0m").do(lambda: remove(flow, gone))
    flow.at("1m").push(integration, webhook("1", "Down"))
    flow.want("1m", "Down", status="open", to=["Ada", "Direct"])
    flow.want("6m", "Down", to=["Ada", "Direct", "Slow"])
    flow.run()
    first, second = flow.routing("Down")
    results = {"delayed": 1, "deleted": 1, "nowhere": 1, "reached": 2, "suppressed": 1}
    assert Counter(entry["result"] for entry in first) == results
    assert [entry["result"] for entry in second] == ["reached"]


def test_an_alert_made_by_a_user_goes_through_its_router_too(flow: Flow):
    team = flow.team("X")
    router = flow.router(to(team), flow.team("Default"))
    body = {"title": "Fire", "urgency": "high", "destination_router_ids": [router["id"]]}
    flow.at("0m").call("POST", "/alerts", body)
    flow.want("0m", "Fire", status="open", to=["X"])
    flow.run()


def test_rules_read_what_the_sender_sent(flow: Flow):
    team = flow.team("X")
    rules = f"rules: [{{match: {{log.data.site.name: Berlin}}, actions: [{{type: assign, receiver: {team['prefix_id']}, delay: 5m}}]}}]"
    inner = flow.router(rules, flow.team("Default"))
    integration = flow.routed(to(inner, ", delay: 1m"), flow.team("Other"))
    flow.at("0m").push(integration, webhook("1", "Down", site={"name": "Berlin"}))
    flow.want("0m", "Down")
    flow.want("6m", "Down", status="open", to=["X"])
    flow.run()


def test_an_alert_for_more_receivers_than_a_transaction_holds_reaches_them_all(flow: Flow):
    calls = []
    events = clients.dynamodb().meta.events
    event, note = "provide-client-params.dynamodb.TransactWriteItems", lambda params, **_: calls.append(params)
    events.register(event, note)
    teams = [flow.team(f"Team {number:03}") for number in range(110)]
    receivers = [[team["prefix_id"] for team in teams[first : first + 20]] for first in range(0, 110, 20)]
    actions = [{"type": "assign", "receiver": part} for part in receivers]
    integration = flow.routed(json.dumps({"rules": [{"match": {"always": True}, "actions": actions}]}), teams[0])
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", status="open", to=[team["name"] for team in teams])
    flow.at("1m").call("DELETE", lambda: f"/alerts/{flow.alert('Down')['id']}")
    flow.want("1m", "Down", status="deleted")
    flow.run()
    events.unregister(event, note)
    assert max(len(call["TransactItems"]) for call in calls) == 100
    assert flow.world.alerts(destination_team_ids=teams[0]["id"]) == []
