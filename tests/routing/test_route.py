"""The way of an alert through destinations and routers: nothing is lost, and all of it is explained."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.routing.route import MAX_DEPTH, Delayed, Plan, route
from tests.routing.script import START, Script

ALWAYS = "rules: [{{match: {{always: true}}, actions: [{}]}}]"


def assign(*receivers: str, delay: str = "0") -> str:
    return ALWAYS.format(f"{{type: assign, receiver: [{', '.join(receivers)}], delay: {delay}}}")


def routed(script: Script, *destinations: str, group: str | None = None, log: Any = None, **fields: Any) -> Plan:
    alert = {"id": "new", "title": "Disk full", "urgency": "low", "tags": ["disk"], **fields}
    return route(alert, log, destinations, script.objects.get, lambda *_: group, START)


def test_teams_and_users_are_reached_directly_and_once(script: Script) -> None:
    team, other = script.team("X"), script.team("Y")
    plan = routed(script, team, script.router(assign(team, other)), team)
    assert plan.receivers == [team, other]
    assert [entry["result"] for entry in plan.explanation] == ["reached", "reached"]


def test_one_destination_that_fails_never_stops_another(script: Script) -> None:
    team = script.team("X")
    broken = script.router("rules: [")
    plan = routed(script, "tem_gone", broken, "int_1", "", team)
    assert plan.receivers == [team]
    assert [entry["result"] for entry in plan.explanation] == ["deleted", "nowhere", "deleted", "deleted", "reached"]


def test_rules_that_cannot_be_read_lead_to_the_default_receiver(script: Script) -> None:
    team = script.team("X")
    plan = routed(script, script.router("rules: [", team))
    assert plan.receivers == [team]
    assert plan.explanation[0]["reason"].startswith("the rules cannot be read: the document (line 2)")


def test_a_router_without_rules_uses_its_default_receiver(script: Script) -> None:
    team = script.team("X")
    plan = routed(script, script.router("", team))
    assert plan.receivers == [team]
    assert (plan.explanation[0]["default"], plan.explanation[0]["reason"]) == (True, "the router has no rules")


def test_all_default_receivers_that_are_set_are_used(script: Script) -> None:
    team, user = script.team("X"), script.team("Y").replace("tem_", "usr_")
    script.objects[user] = script.objects.pop(user.replace("usr_", "tem_"))
    router = script.router("", team)
    script.objects[router] = {**script.objects[router], "default_receiver_account_user_id": script.objects[user]["id"]}
    assert routed(script, router).receivers == [user, team]


def test_a_deleted_receiver_is_replaced_by_the_default_receiver(script: Script) -> None:
    team, default = script.team("X"), script.team("default")
    plan = routed(script, script.router(assign(team, "tem_gone"), default))
    assert plan.receivers == [team, default]
    assert plan.explanation[0]["reason"] == "tem_gone: deleted"


def test_a_rule_that_assigns_nobody_changes_the_alert_and_uses_the_default_receiver(script: Script) -> None:
    default = script.team("default")
    plan = routed(script, script.router(ALWAYS.format("{type: setval, map: {urgency: critical}}"), default))
    assert (plan.changes, plan.receivers) == ({"urgency": "critical"}, [default])


def test_an_ignored_alert_is_suppressed_and_later_actions_are_not_run(script: Script) -> None:
    team = script.team("X")
    router = script.router(ALWAYS.format(f"{{type: ignore}}, {{type: assign, receiver: {team}}}"), team)
    plan = routed(script, router)
    assert (plan.suppressed, plan.receivers) == (True, [])
    assert not routed(script, router, team).suppressed


def test_a_child_stops_and_is_suppressed_unless_it_reached_somebody(script: Script) -> None:
    team, other = script.team("X"), script.team("Y")
    aggregate = f"{{type: aggregate, by: [alert.title], timeout: 1h, receiver: {team}}}"
    alone = script.router(ALWAYS.format(f"{aggregate}, {{type: assign, receiver: {other}}}"))
    after = script.router(ALWAYS.format(f"{{type: assign, receiver: {other}}}, {aggregate}"))
    child = routed(script, alone, group="first")
    assert (child.parent_id, child.suppressed, child.receivers, child.groups) == ("first", True, [], [])
    both = routed(script, after, group="first")
    assert (both.parent_id, both.suppressed, both.receivers) == ("first", False, [other])
    first = routed(script, alone)
    assert (first.parent_id, first.receivers, len(first.groups)) == (None, [team, other], 1)


def test_an_alert_that_is_routed_twice_does_not_become_its_own_child(script: Script) -> None:
    team = script.team("X")
    router = script.router(ALWAYS.format(f"{{type: aggregate, by: [alert.title], timeout: 1h, receiver: {team}}}"))
    assert routed(script, router, group="new").receivers == [team]


def test_groups_differ_by_router_and_value_but_not_by_the_order_of_keys(script: Script) -> None:
    team = script.team("X")
    rules = ALWAYS.format(f"{{type: aggregate, by: [log.data.labels], timeout: 1h, receiver: {team}}}")
    one, two = script.router(rules), script.router(rules)

    def fingerprint(router: str, labels: Any) -> str:
        return routed(script, router, log={"data": {"labels": labels}}).groups[0].fingerprint

    assert fingerprint(one, {"a": 1, "b": 2}) == fingerprint(one, {"b": 2, "a": 1})
    assert fingerprint(one, {"a": 1}) != fingerprint(one, {"a": "1"})
    assert fingerprint(one, {"a": 1}) != fingerprint(two, {"a": 1})


def test_changes_are_seen_by_later_actions_and_by_the_next_router(script: Script) -> None:
    team = script.team("X")
    nested = script.router(
        f"rules: [{{match: {{alert.urgency: critical, alert.tag_list: db}}, actions: [{{type: assign, receiver: {team}}}]}}]"
    )
    router = script.router(
        ALWAYS.format(
            "{type: setval, map: {title: 'Now {{alert.title}}', urgency: critical, tags: [db]}, handlebars: true}, "
            "{type: incident, severity: sev-2, message: '{{alert.title}} ({{log.data.host}})', handlebars: true}, "
            f"{{type: assign, receiver: {nested}}}"
        )
    )
    plan = routed(script, router, log={"data": {"host": "db & <co>"}})
    assert plan.receivers == [team]
    assert plan.changes == {
        "title": "Now Disk full",
        "urgency": "critical",
        "tags": ["db"],
        "incident": True,
        "incident_severity": "SEV-2",
        "incident_message": "Now Disk full (db & <co>)",
    }


def test_a_blank_title_and_an_unknown_severity_from_templates_are_noted_and_replaced(script: Script) -> None:
    router = script.router(
        ALWAYS.format(
            "{type: setval, map: {title: '{{alert.nothing}}'}, handlebars: true}, "
            "{type: incident, severity: '{{alert.title}}', handlebars: true}"
        )
    )
    plan = routed(script, router)
    assert "title" not in plan.changes
    assert plan.changes["incident_severity"] == "SEV-UNKNOWN"
    assert len(plan.explanation[0]["notes"]) == 2


def test_the_later_of_two_destinations_wins_a_conflict_and_says_so(script: Script) -> None:
    one = script.router(ALWAYS.format("{type: setval, map: {urgency: low}}"))
    two = script.router(ALWAYS.format("{type: setval, map: {urgency: high}}"))
    plan = routed(script, one, two)
    assert plan.changes == {"urgency": "high"}
    assert "urgency was set on the way to another destination" in plan.explanation[1]["notes"][0]


def test_a_loop_ends_at_the_default_receiver_of_the_router_where_it_closed(script: Script) -> None:
    team = script.team("X")
    first = script.router("", team)
    second = script.router(assign(first), script.team("Y"))
    script.objects[first] = {**script.objects[first], "rules": assign(second)}
    plan = routed(script, first)
    assert [script.objects[receiver]["name"] for receiver in plan.receivers] == ["Y"]
    assert plan.explanation[0]["routers"][0]["reason"] == f"{first}: loop"


def test_routers_that_are_each_others_default_end_nowhere(script: Script) -> None:
    first = script.router("")
    second = script.router("", first)
    script.objects[first] = {**script.objects[first], "default_receiver_router_id": script.objects[second]["id"]}
    plan = routed(script, first)
    assert (plan.receivers, plan.explanation[0]["result"]) == ([], "nowhere")


def test_a_router_that_leads_nowhere_hands_the_alert_back(script: Script) -> None:
    team = script.team("X")
    plan = routed(script, script.router(assign(script.router(assign("tem_gone"))), team))
    assert plan.receivers == [team]


def test_a_chain_that_is_too_long_stops_at_the_last_router_allowed(script: Script) -> None:
    names = [script.team(f"default {depth}") for depth in range(MAX_DEPTH + 5)]
    target = script.team("end")
    for name in reversed(names):
        target = script.router(assign(target), name)
    plan = routed(script, target)
    assert plan.receivers == [names[MAX_DEPTH - 1]]


def test_routers_that_fan_out_without_bound_are_cut_off(script: Script) -> None:
    layer = [script.team("X")]
    for _ in range(5):
        layer = [script.router(assign(*layer)) for _ in range(8)]
    asked: list[str] = []

    def lookup(key: str) -> Any:
        asked.append(key)
        return script.objects.get(key)

    plan = route({"id": "new"}, None, [script.router(assign(*layer))], lookup, lambda *_: None, START)
    assert plan.receivers
    assert len(asked) == len(set(asked))
    assert len(json.dumps(plan.explanation)) <= 60_000


def test_a_delayed_receiver_that_is_deleted_meanwhile_is_replaced_by_the_default_of_its_router(script: Script) -> None:
    default, late = script.team("default"), script.team("late")
    outer = script.router("", default)
    inner = script.router(assign(late, delay="5m"))
    script.objects[outer] = {**script.objects[outer], "rules": assign(inner)}
    script.at("0m").push("a", outer)
    script.later(60, lambda: script.objects.pop(late))
    script.want("0m", "a", "waits")
    script.want("5m", "a", default)


def test_a_router_that_delays_to_itself_does_not_go_on_for_ever(script: Script) -> None:
    default = script.team("default")
    first, second = script.router("", default), script.router("", default)
    script.objects[first] = {**script.objects[first], "rules": assign(second, delay="1m")}
    script.objects[second] = {**script.objects[second], "rules": assign(first, delay="1m")}
    script.at("0m").push("a", first)
    script.want("0m", "a", "waits")
    script.want("1m", "a", default)


def test_a_delay_names_the_routers_passed(script: Script) -> None:
    team = script.team("X")
    inner = script.router(assign(team, delay="90s"))
    outer = script.router(assign(inner))
    assert routed(script, outer).delayed == [Delayed(team, 90_000, inner, (outer, inner))]


def test_the_explanation_tells_each_rule_tried_and_what_failed_first(script: Script) -> None:
    team = script.team("X")
    router = script.router(
        "rules:\n"
        "- {match: {alert.urgency: high, alert.title: x}, actions: [{type: ignore}]}\n"
        f"- {{match: {{always: true}}, actions: [{{type: assign, receiver: {team}}}]}}\n"
        "- {match: {always: true}, actions: [{type: ignore}]}\n"
    )
    (entry,) = routed(script, router).explanation
    assert entry == {
        "destination": router,
        "kind": "router",
        "name": "router",
        "result": "reached",
        "enabled": True,
        "rules": [
            {
                "rule": 0,
                "matched": False,
                "failed": {"path": "alert.urgency", "operator": "$eq", "expected": "high", "actual": "low"},
                "actions": [],
            },
            {
                "rule": 1,
                "matched": True,
                "failed": None,
                "actions": [{"type": "assign", "receiver": [team], "delay_ms": 0}],
            },
        ],
        "rules_tried": 2,
        "receivers": [team],
        "delayed": [],
        "default": False,
        "reason": None,
        "notes": [],
        "routers": [],
    }


def test_the_explanation_of_many_rules_is_cut_but_counts_them(script: Script) -> None:
    rule = "- {match: {alert.title: other}, actions: [{type: ignore}]}\n"
    (entry,) = routed(script, script.router("rules:\n" + rule * 500, script.team("X"))).explanation
    assert (len(entry["rules"]), entry["rules_tried"], entry["reason"]) == (50, 500, "no rule matched")


def test_match_data_names_the_log_and_whether_it_was_parsed(script: Script) -> None:
    team = script.team("X")
    router = script.router(f"rules: [{{match: {{log_parsed: true}}, actions: [{{type: assign, receiver: {team}}}]}}]")
    assert routed(script, router, log={"data": {}}).receivers == [team]
    assert routed(script, router, log={"data": None}).receivers == []
    assert routed(script, router).receivers == []


def test_a_failing_lookup_is_the_callers_to_retry(script: Script) -> None:
    def lookup(key: str) -> Any:
        raise OSError("storage is away")

    with pytest.raises(OSError, match="storage is away"):
        route({"id": "new"}, None, ["tem_1"], lookup, lambda *_: None, START)
