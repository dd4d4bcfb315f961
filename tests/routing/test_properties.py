"""What holds for any rules and any routers: refused at save or never raising, and no alert lost without a word."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from chalicelib.routing.advice import refusals_of
from chalicelib.routing.preview import preview_rules
from chalicelib.routing.route import MAX_ROUTERS, route
from chalicelib.routing.rules import RulesError, parse_rules
from tests.routing.script import START

PATHS = some.sampled_from(
    ["alert.title", "alert.urgency", "alert.tags", "log.data.n", "log.data.list.x", "always", "a.b"]
)
SCALARS = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-3, 3),
    some.floats(),
    some.sampled_from(["", "a", "high", "{{x}}", "5m"]),
)
VALUES = some.recursive(SCALARS, lambda inner: some.lists(inner, max_size=3), max_leaves=5)
OPERATORS = some.sampled_from(
    ["$in", "$nin", "$eq", "$ne", "$gt", "$lte", "$exists", "$regex", "$size", "$mod", "$type", "$all", "$not"]
)  # fmt: skip
FIELDS = some.dictionaries(PATHS, some.one_of(VALUES, some.dictionaries(OPERATORS, VALUES, max_size=2)), max_size=2)
CLOCKS = some.sampled_from(
    [
        {"$day": {"$in": [1, 2, 3]}},
        {"$now": {"format": "MM-DD", "$eq": "01-05"}},
        {"$timeBetween": {"starttime": "05:00 pm", "endtime": "08:00 am"}},
    ]
)
CONDITIONS = some.recursive(
    some.one_of(FIELDS, CLOCKS),
    lambda inner: some.builds(
        lambda operator, entries: {operator: entries},
        some.sampled_from(["$and", "$or", "$nor"]),
        some.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
TEMPLATES = some.sampled_from(
    [
        "down",
        "{{alert.title}}",
        "{{log.data.list}}",
        "{{#each log}}{{this}}{{/each}}",
        "{{JSONstringify alert}}",
        "{{#if",
    ]
)
RECEIVERS = some.sampled_from(["tem_1", "tem_2", "usr_1", "tem_gone", *(f"rtr_{number}" for number in range(5))])
ACTIONS = some.one_of(
    some.fixed_dictionaries(
        {"type": some.just("assign"), "receiver": some.one_of(RECEIVERS, some.lists(RECEIVERS, min_size=1, max_size=3))},
        optional={"delay": some.sampled_from(["0", "5m", "1h", "5m", "soon"])},
    ),
    some.fixed_dictionaries(
        {
            "type": some.just("aggregate"),
            "by": some.lists(PATHS, min_size=1, max_size=2),
            "timeout": some.sampled_from(["1h", "5m", "1d", "x"]),
            "receiver": RECEIVERS,
        }
    ),
    some.just({"type": "ignore"}),
    some.fixed_dictionaries(
        {"type": some.just("incident"), "severity": some.sampled_from(["sev-1", "{{alert.title}}"]), "message": TEMPLATES},
        optional={"handlebars": some.booleans()},
    ),
    some.fixed_dictionaries(
        {
            "type": some.just("setval"),
            "map": some.fixed_dictionaries(
                {"title": TEMPLATES},
                optional={"description": TEMPLATES, "tags": some.just(["a", "b"]), "urgency": some.just("high")},
            ),
        },
        optional={"handlebars": some.booleans()},
    ),
    some.just({"type": "stakeholder", "ids": ["stk_1"]}),
)  # fmt: skip
RULES = some.lists(
    some.fixed_dictionaries({"match": CONDITIONS, "actions": some.lists(ACTIONS, min_size=1, max_size=3)}), max_size=4
).map(lambda rules: json.dumps({"rules": rules}))
JSON = some.recursive(
    SCALARS, lambda inner: some.one_of(some.lists(inner, max_size=3), some.dictionaries(some.text(max_size=3), inner, max_size=3)), max_leaves=8
)  # fmt: skip
ALERTS = some.dictionaries(some.sampled_from(["id", "title", "urgency", "tags", "tag_list", "meta"]), JSON)
LOGS = some.one_of(some.none(), some.dictionaries(some.sampled_from(["data", "headers", "subject"]), JSON))


@settings(max_examples=200, deadline=None)
@given(RULES, ALERTS, LOGS)
def test_rules_fail_at_save_or_never_at_run_time(rules: str, alert: dict[str, Any], log: dict[str, Any] | None) -> None:
    preview = preview_rules(rules, alert, log, START)
    try:
        parse_rules(rules)
    except RulesError:
        assert preview["errors"]
        return
    assert len(preview["errors"]) == len(refusals_of(rules))
    json.dumps(preview["explanation"], allow_nan=False)


@settings(max_examples=100, deadline=None)
@given(some.text(max_size=200))
def test_any_text_is_parsed_or_refused_with_a_place(source: str) -> None:
    try:
        parse_rules(source)
    except RulesError as error:
        assert error.problems
        assert all(problem.line for problem in error.problems)


ROUTERS = some.lists(
    some.fixed_dictionaries(
        {
            "rules": some.one_of(RULES, some.sampled_from(["", "rules: [", "rules: 5"])),
            "enabled": some.booleans(),
            "default": some.sampled_from(["", "team", "router", "gone"]),
            "default_number": some.integers(0, 4),
        }
    ),
    min_size=1,
    max_size=5,
)
DEFAULTS = {
    "": {},
    "team": {"default_receiver_team_id": "tem_1"},
    "gone": {"default_receiver_team_id": "tem_gone"},
}


def _objects(routers: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {key: {"prefix_id": key, "name": key} for key in ("tem_1", "tem_2", "usr_1")}
    for number, router in enumerate(routers):
        target = {"default_receiver_router_id": f"rtr_{router['default_number']}"}
        found[f"rtr_{number}"] = {
            "prefix_id": f"rtr_{number}",
            "name": "router",
            "enabled": router["enabled"],
            "rules": router["rules"],
            **DEFAULTS.get(router["default"], target),
        }
    return found


@settings(max_examples=200, deadline=None)
@given(ROUTERS, ALERTS, LOGS, some.lists(RECEIVERS, min_size=1, max_size=4), some.sampled_from([None, "first"]))
def test_an_alert_ends_somewhere_or_in_the_log_of_why_not(
    routers: list[dict[str, Any]], alert: dict[str, Any], log: Any, destinations: list[str], group: str | None
) -> None:
    objects = _objects(routers)
    plan = route(alert, log, destinations, objects.get, lambda *_: group, START)
    assert len(plan.explanation) == len(set(destinations))
    json.dumps(plan.explanation, allow_nan=False)
    for entry in plan.explanation:
        assert entry["result"] in ("reached", "delayed", "aggregated", "suppressed", "nowhere", "deleted", "loop")
        if entry["result"] == "nowhere":
            assert entry["reason"]
        if entry["result"] == "reached":
            assert plan.receivers
    assert not (plan.suppressed and (plan.receivers or plan.delayed))
    assert all(receiver.startswith(("tem_", "usr_")) and receiver in objects for receiver in plan.receivers)
    assert all(delayed.receiver in objects and len(delayed.path) <= MAX_ROUTERS for delayed in plan.delayed)


@settings(max_examples=100, deadline=None)
@given(ROUTERS, ALERTS)
def test_where_the_first_router_has_a_working_default_no_alert_is_lost(
    routers: list[dict[str, Any]], alert: Any
) -> None:
    routers = [{**routers[0], "default": "team"}, *routers[1:]]
    plan = route(alert, None, ["rtr_0"], _objects(routers).get, lambda *_: None, START)
    assert plan.receivers or plan.delayed or plan.suppressed
