"""Whatever the routers say: an alert ends at somebody, waits for somebody, or its log says why not; and once only."""

from __future__ import annotations

import itertools
import json
import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib.storage import configuration, edits
from dev.local import aws
from tests.flows.script import webhook

SIZE = 3
GONE = "gone"
receivers = st.sampled_from(["team", GONE, *range(SIZE)])
actions = st.one_of(
    st.builds(
        lambda receiver, delay: {"type": "assign", "receiver": receiver} | ({"delay": delay} if delay else {}),
        receivers,
        st.sampled_from([None, None, "2m", "20m"]),
    ),
    st.builds(
        lambda receiver: {"type": "aggregate", "by": ["always"], "timeout": "1h", "receiver": receiver}, receivers
    ),
    st.just({"type": "ignore"}),
    st.just({"type": "setval", "map": {"urgency": "low"}}),
)
routers = st.tuples(
    st.booleans(),
    st.sampled_from([True, "no"]),
    st.lists(actions, min_size=1, max_size=3),
    st.sampled_from(["team", GONE]),
)
settings_ = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_numbers = itertools.count()


def build(world, drawn):
    """The routers as drawn, one of whose teams is deleted once they are saved; their ids."""
    tables = dynamodb_backends[DEFAULT_ACCOUNT_ID][aws.REGION].tables
    for variable in ("ALERTS_TABLE", "LOGS_TABLE", "TIMERS_TABLE"):
        tables[os.environ[variable]].items.clear()
    teams = {"team": world.team("Team"), GONE: world.team("Gone")}
    blank = "rules: [{match: {always: true}, actions: [{type: ignore}]}]"
    made = [
        world.ok(
            "POST",
            "/routers",
            {"name": "R", "rules": blank, "enabled": enabled, "default_receiver_team_id": teams[default]["id"]},
        )
        for enabled, _, _, default in drawn
    ]
    places = {**teams, **dict(enumerate(made))}
    for router, (_, always, taken, _) in zip(made, drawn, strict=True):
        named = [
            {**action, "receiver": places[action["receiver"]]["prefix_id"]} if "receiver" in action else action
            for action in taken
        ]
        rules = json.dumps({"rules": [{"match": {"always": always}, "actions": named}]})
        world.ok("PUT", f"/routers/{router['id']}", {"rules": rules})
    account_id = world.account.account["id"]
    gone = configuration.read(account_id, teams[GONE]["prefix_id"])
    edits.commit(configuration.tally(account_id), [edits.Edit(gone, None)])
    return [router["id"] for router in made]


def snapshot(world, integration):
    alerts = world.alerts(source_id=integration["id"])
    logs = world.ok("GET", f"/logs?limit=100&owner_id={alerts[0]['id']}")["data"] if alerts else []
    return alerts, logs


def says_why_not(logs) -> bool:
    """Whether the newest routing log tells of every destination how it ended."""
    routed = [log["details"]["message"] for log in logs if isinstance(log["details"]["message"], dict)]
    return bool(routed) and all(entry["result"] for entry in routed[0]["routing"])


@given(drawn=st.lists(routers, min_size=SIZE, max_size=SIZE), count=st.integers(1, SIZE))
@settings_
def test_an_alert_ends_somewhere_or_its_log_says_why_not(world, drawn, count):
    integration = world.integration(router_ids=build(world, drawn)[:count])
    world.hook(integration, webhook(f"k{next(_numbers)}"))
    records = world.take()
    assert world.process(records) == []
    once = snapshot(world, integration)
    assert world.process(records) == []
    assert snapshot(world, integration) == once
    world.deliver()
    ((alert,), logs) = once
    assert says_why_not(logs)
    assert (alert["status"] == "open") == bool(alert["destination_team_ids"])
    assert alert["status"] in ("open", "queued", "suppressed", "dropped")


@given(drawn=st.lists(routers, min_size=SIZE, max_size=SIZE))
@settings(settings_, max_examples=10)
def test_no_alert_waits_for_ever(world, drawn):
    integration = world.integration(router_ids=build(world, drawn)[:1])
    world.send(integration, webhook(f"k{next(_numbers)}"))
    for _ in range(SIZE + 2):  # no router is passed twice, and none waits longer than 20 minutes
        world.clock.shift(20 * 60)
        world.tick()
        world.deliver()
    (alert,), logs = snapshot(world, integration)
    assert alert["status"] != "queued"
    assert says_why_not(logs)
