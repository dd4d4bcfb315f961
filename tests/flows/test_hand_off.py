"""Hand-off: an alert goes to further receivers, with a note, and never ends up with fewer people than before."""

from __future__ import annotations

import pytest

from tests.flows.script import Flow, webhook


def given(flow: Flow):
    integration = flow.world.integration(team_ids=[flow.team("X")["id"]])
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", status="open", to=["X"])
    return integration


def router(flow: Flow, action: str):
    return flow.router(f"rules: [{{match: {{always: true}}, actions: [{{{action}}}]}}]", flow.team("Default"))


def test_an_acknowledged_alert_is_open_again_at_its_new_team(flow: Flow):
    integration = given(flow)
    flow.at("5m").act("Down", "acknowledge")
    flow.want("5m", "Down", status="acknowledged")
    flow.at("10m").act("Down", "handoff", {"note": "Yours", "destination_team_ids": [flow.team("Y")["id"]]})
    flow.want("10m", "Down", status="open", to=["X", "Y"])
    flow.at("15m").act("Down", "acknowledge")
    flow.want("15m", "Down", status="acknowledged")
    flow.at("20m").push(integration, webhook("1", event="resolve"))
    flow.want("20m", "Down", status="resolved")
    flow.run()
    assert flow.alert("Down")["acknowledged_at"] == "2026-03-02T09:05:00.000Z"
    assert "handed off by Ada Admin: Yours" in flow.logs("Down")


def test_an_alert_handed_to_a_person_and_a_router(flow: Flow):
    given(flow)
    target = router(flow, f"type: assign, receiver: {flow.team('Y')['prefix_id']}")
    body = {
        "note": "Help",
        "destination_account_user_ids": [flow.world.account.user["id"]],
        "destination_router_ids": [target["id"]],
    }
    flow.at("1m").act("Down", "handoff", body)
    flow.want("1m", "Down", to=["Ada", "X", "Y"])
    flow.run()


def test_rules_read_what_the_sender_sent_at_a_hand_off_too(flow: Flow):
    integration = flow.world.integration(team_ids=[flow.team("X")["id"]])
    rules = f"rules: [{{match: {{log.data.site: Berlin}}, actions: [{{type: assign, receiver: {flow.team('Y')['prefix_id']}}}]}}]"
    target = flow.router(rules, flow.team("Default"))
    flow.at("0m").push(integration, webhook("1", "Down", site="Berlin"))
    flow.want("0m", "Down", status="open", to=["X"])
    flow.at("1m").act("Down", "handoff", {"note": "Help", "destination_router_ids": [target["id"]]})
    flow.want("1m", "Down", to=["X", "Y"])
    flow.run()


def test_a_hand_off_with_a_delay_leaves_an_open_alert_open_until_then(flow: Flow):
    given(flow)
    target = router(flow, f"type: assign, receiver: {flow.team('Y')['prefix_id']}, delay: 5m")
    flow.at("1m").act("Down", "handoff", {"note": "Later", "destination_router_ids": [target["id"]]})
    flow.want("6m", "Down", to=["X", "Y"])
    flow.run(until="10m")


def test_a_hand_off_with_a_delay_takes_an_acknowledged_alert_to_its_team(flow: Flow):
    given(flow)
    target = router(flow, f"type: assign, receiver: {flow.team('Y')['prefix_id']}, delay: 5m")
    flow.at("1m").act("Down", "acknowledge")
    flow.want("1m", "Down", status="acknowledged")
    flow.at("2m").act("Down", "handoff", {"note": "Later", "destination_router_ids": [target["id"]]})
    flow.want("2m", "Down", status="queued")
    flow.want("7m", "Down", status="open", to=["X", "Y"])
    flow.run(until="10m")


@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_hand_off_to_rules_that_ignore_the_alert_leaves_it_where_it_is(flow: Flow, acknowledged: bool):
    given(flow)
    if acknowledged:
        flow.at("1m").act("Down", "acknowledge")
        flow.want("1m", "Down", status="acknowledged")
    target = router(flow, "type: ignore")
    flow.at("2m").act("Down", "handoff", {"note": "Yours", "destination_router_ids": [target["id"]]})
    flow.run(until="5m")
    assert flow.routing("Down")[-1][0]["result"] == "suppressed"


def test_a_suppressed_alert_that_was_handed_off_takes_duplicates(flow: Flow):
    integration = flow.routed("rules: [{match: {always: true}, actions: [{type: ignore}]}]", flow.team("Default"))
    flow.at("0m").push(integration, webhook("1", "Down"))
    flow.want("0m", "Down", status="suppressed")
    flow.at("1m").act("Down", "handoff", {"note": "Real", "destination_team_ids": [flow.team("Y")["id"]]})
    flow.want("1m", "Down", status="open", to=["Y"])
    flow.at("2m").push(integration, webhook("1", "Down"))
    flow.want("2m", "Down", count=1)
    flow.run()


def test_a_resolved_alert_cannot_be_handed_off(flow: Flow):
    integration = given(flow)
    flow.at("1m").push(integration, webhook("1", event="resolve"))
    flow.want("1m", "Down", status="resolved")
    flow.run()
    body = {"note": "Yours", "destination_team_ids": [flow.team("Y")["id"]]}
    answer = flow.world.api("POST", f"/alerts/{flow.alert('Down')['id']}/handoff", body)
    assert answer.status == 422


@pytest.mark.parametrize("body", [{"note": "Yours"}, {"destination_team_ids": ["tem_00000000000000"], "note": "Y"}, {}])
def test_a_hand_off_needs_a_note_and_a_destination_that_is_there(flow: Flow, body: dict):
    given(flow)
    flow.run()
    answer = flow.world.api("POST", f"/alerts/{flow.alert('Down')['id']}/handoff", body)
    assert answer.status == 422
