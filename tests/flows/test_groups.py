"""Groups of alerts: a router's aggregate groups, dedup keys across integrations, and batches with mixed members."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.flows.script import Flow, webhook


def gathering(flow: Flow, timeout: str = "1h", by: str = "alert.urgency"):
    team = flow.team("X")
    action = f"{{type: aggregate, by: [{by}], timeout: {timeout}, receiver: {team['prefix_id']}}}"
    return flow.routed(f"rules: [{{match: {{always: true}}, actions: [{action}]}}]", flow.team("Default"))


def test_a_child_is_resolved_by_its_own_key(flow: Flow):
    integration = gathering(flow)
    flow.at("0m").push(integration, webhook("1", "A"))
    flow.want("0m", "A", status="open", to=["X"])
    flow.at("1m").push(integration, webhook("2", "B"))
    flow.want("1m", "A", count=1)
    flow.want("1m", "B", status="suppressed", parent="A")
    flow.at("2m").push(integration, webhook("2", event="resolve"))
    flow.want("2m", "B", status="resolved")
    flow.at("3m").push(integration, webhook("1", event="resolve"))
    flow.want("3m", "A", status="resolved")
    flow.run()


def test_values_that_differ_make_groups_of_their_own(flow: Flow):
    integration = gathering(flow)
    for minute, (name, urgency) in enumerate([("A", "low"), ("B", "high"), ("C", "low"), ("D", "high")]):
        flow.at(f"{minute}m").push(integration, webhook(name, name, urgency=urgency))
    flow.want("0m", "A", status="open", to=["X"])
    flow.want("1m", "B", status="open", to=["X"])
    flow.want("2m", "A", count=1)
    flow.want("2m", "C", status="suppressed", parent="A")
    flow.want("3m", "B", count=1)
    flow.want("3m", "D", status="suppressed", parent="B")
    flow.run()


def test_when_the_first_of_a_group_is_resolved_the_next_alert_is_the_first(flow: Flow):
    integration = gathering(flow)
    flow.at("0m").push(integration, webhook("1", "A"))
    flow.want("0m", "A", status="open", to=["X"])
    flow.at("1m").push(integration, webhook("1", event="resolve"))
    flow.want("1m", "A", status="resolved")
    flow.at("2m").push(integration, webhook("2", "B"))
    flow.want("2m", "B", status="open", to=["X"])
    flow.at("3m").push(integration, webhook("3", "C"))
    flow.want("3m", "B", count=1)
    flow.want("3m", "C", status="suppressed", parent="B")
    flow.run()


def test_an_alert_more_urgent_than_the_first_of_its_group_is_told_and_is_the_first_from_then_on(flow: Flow):
    integration = gathering(flow, by="alert.source_id")
    for minute, (name, urgency) in enumerate([("A", "low"), ("B", "low"), ("C", "critical"), ("D", "high")]):
        flow.at(f"{minute}m").push(integration, webhook(name, name, urgency=urgency))
    flow.want("0m", "A", status="open", to=["X"])
    flow.want("1m", "A", count=1)
    flow.want("1m", "B", status="suppressed", parent="A")
    flow.want("2m", "C", status="open", to=["X"])
    flow.want("3m", "C", count=1)
    flow.want("3m", "D", status="suppressed", parent="C")
    flow.run()


def test_when_the_first_of_a_group_is_deleted_the_next_alert_is_the_first(flow: Flow):
    integration = gathering(flow)
    flow.at("0m").push(integration, webhook("1", "A"))
    flow.want("0m", "A", status="open", to=["X"])
    flow.at("1m").call("DELETE", lambda: f"/alerts/{flow.alert('A')['id']}")
    flow.want("1m", "A", status="deleted")
    flow.at("2m").push(integration, webhook("2", "B"))
    flow.want("2m", "B", status="open", to=["X"])
    flow.at("3m").push(integration, webhook("3", "C"))
    flow.want("3m", "B", count=1)
    flow.want("3m", "C", status="suppressed", parent="B")
    flow.run()


def test_a_create_that_was_on_its_way_when_the_alert_was_deleted_leaves_a_resolved_one(flow: Flow):
    integration = flow.world.integration(team_ids=[flow.team("X")["id"]])
    flow.at("0m").push(integration, webhook("1", "A"))
    flow.want("0m", "A", status="open", to=["X"])

    def send_and_delete() -> None:
        assert flow.world.hook(integration, webhook("1", "A")).status == 200
        flow.world.ok("DELETE", f"/alerts/{flow.alert('A')['id']}")

    flow.at("1m").do(send_and_delete)
    flow.want("1m", "A #2", status="resolved")
    flow.want("1m", "A", status="deleted")
    flow.at("2m").push(integration, webhook("1", "A"))
    flow.want("2m", "A #3", status="open", to=["X"])
    flow.run()


def test_dedup_keys_gather_alerts_across_integrations(flow: Flow):
    one, other = (flow.world.integration(name=name, team_ids=[flow.team(name)["id"]]) for name in ("One", "Two"))
    flow.at("0m").push(one, webhook("a", "Link down", dedup_keys=["site-7", "link-3"]))
    flow.want("0m", "Link down", status="open", to=["One"])
    flow.at("1m").push(other, webhook("b", "Site down", dedup_keys=["site-7"]))
    flow.want("1m", "Link down", count=1)
    flow.at("2m").push(other, webhook("c", "Site 8 down", dedup_keys=["site-8"]))
    flow.want("2m", "Site 8 down", status="open", to=["Two"])
    flow.at("3m").push(one, webhook("a", event="resolve"))
    flow.want("3m", "Link down", status="resolved")
    flow.at("4m").push(other, webhook("b", "Site down", dedup_keys=["site-7"]))
    flow.want("4m", "Site down", status="open", to=["Two"])
    flow.at("5m").push(one, webhook("d", "Link 4 down", dedup_keys=["site-7"]))
    flow.want("5m", "Site down", count=1)
    flow.run()


def test_dedup_keys_of_another_account_are_none_of_ours(flow: Flow):
    from chalicelib.handling.accounts import create_account

    stranger = create_account("Other", "Bob", "bob@example.com", flow.world.now)
    mine = flow.world.integration(team_ids=[flow.team("X")["id"]])
    own, flow.world.token = flow.world.token, stranger.token
    team = flow.world.ok(
        "POST",
        "/teams",
        {
            "name": "Theirs",
            "member_account_user_ids": [stranger.user["id"]],
            "admin_account_user_ids": [stranger.user["id"]],
        },
    )
    theirs = flow.world.integration(team_ids=[team["id"]])
    flow.world.token = own
    flow.at("0m").push(theirs, webhook("a", "Theirs", dedup_keys=["k"]))
    flow.at("1m").push(mine, webhook("a", "Mine", dedup_keys=["k"]))
    flow.want("1m", "Mine", status="open", to=["X"])
    flow.run()


ALERTMANAGER = {
    "receiver": "signalbox",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "InstanceDown", "instance": "web-1:9100", "job": "node", "severity": "critical"},
            "annotations": {"summary": "Instance is down"},
            "startsAt": "2026-03-02T08:59:10.512Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
            "fingerprint": "5ef77f1f8a3ecf8d",
        },
        {
            "status": "firing",
            "labels": {"alertname": "InstanceDown", "instance": "web-2:9100", "job": "node", "severity": "critical"},
            "annotations": {"summary": "Instance is down"},
            "startsAt": "2026-03-02T08:59:25.512Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
            "fingerprint": "9a1b7f2e3c4d5e6f",
        },
    ],
    "groupLabels": {"alertname": "InstanceDown"},
    "commonLabels": {"alertname": "InstanceDown", "job": "node", "severity": "critical"},
    "commonAnnotations": {"summary": "Instance is down"},
    "externalURL": "http://alertmanager:9093",
    "version": "4",
    "groupKey": '{}:{alertname="InstanceDown"}',
    "truncatedAlerts": 0,
}
GRAFANA = {
    **deepcopy(ALERTMANAGER),
    "orgId": 1,
    "externalURL": "https://grafana.example.com/",
    "groupKey": '{}/{}:{alertname="InstanceDown", grafana_folder="Ops"}',
    "title": "[FIRING:2] InstanceDown Ops",
    "state": "alerting",
    "message": "**Firing**\n\nValue: A=0",
}


def group(payload, *members: str, **parts):
    """The notification of a group whose members have these states, as the tool sends it."""
    body = deepcopy(payload)
    for member, status in zip(body["alerts"], members, strict=True):
        member["status"] = status
        if status == "resolved":
            member["endsAt"] = "2026-03-02T09:04:10.512Z"
    return {**body, "status": "firing" if "firing" in members else "resolved", **parts}


def test_an_alertmanager_group_closes_only_when_all_its_members_are_green(flow: Flow):
    integration = flow.world.integration("prometheus", team_ids=[flow.team("X")["id"]])
    flow.at("0m").push(integration, group(ALERTMANAGER, "firing", "firing"))
    flow.want("0m", "InstanceDown", status="open", to=["X"])
    flow.at("5m").push(integration, group(ALERTMANAGER, "resolved", "firing"))
    flow.want("5m", "InstanceDown", count=1)
    flow.at("10m").push(integration, group(ALERTMANAGER, "firing", "resolved"))
    flow.want("10m", "InstanceDown", count=2)
    flow.at("15m").push(integration, group(ALERTMANAGER, "resolved", "resolved"))
    flow.want("15m", "InstanceDown", status="resolved")
    flow.run()


@pytest.mark.parametrize("state", [{"state": "ok"}, {"state": "alerting"}])
def test_a_grafana_group_closes_only_when_all_its_members_are_green(flow: Flow, state: dict):
    title = "InstanceDown Ops"  # how many fire changes: what follows of it is in the description
    integration = flow.world.integration("grafana", team_ids=[flow.team("X")["id"]])
    flow.at("0m").push(integration, group(GRAFANA, "firing", "firing"))
    flow.want("0m", title, status="open", to=["X"])
    flow.at("5m").push(integration, group(GRAFANA, "resolved", "firing", **state))
    flow.want("5m", title, count=1)
    flow.at("10m").push(integration, group(GRAFANA, "resolved", "resolved", state="ok"))
    flow.want("10m", title, status="resolved")
    flow.run()
