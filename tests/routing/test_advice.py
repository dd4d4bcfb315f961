"""What is told of rules when they are written: warnings and refusals; and mistakes of YAML in the author's terms."""

from __future__ import annotations

import pytest

from chalicelib.routing.advice import refusals_of, warnings_of
from chalicelib.routing.preview import preview_rules
from chalicelib.routing.rules import RulesError, parse_rules
from tests.routing.script import START, Script

ALWAYS = "rules:\n- match: {always: true}\n  actions:\n  - "


def test_a_warning_has_its_place_and_line() -> None:
    (warning,) = warnings_of("rules:\n- match:\n    urgency: high\n  actions: [{type: ignore}]")
    assert str(warning) == "rules[0].match.urgency (line 3): there is no 'urgency' here; did you mean alert.urgency?"


def test_durations_without_a_unit_are_warned_of() -> None:
    source = ALWAYS + "{type: aggregate, by: [alert.title], timeout: 1800, receiver: tem_1}"
    assert "milliseconds; for seconds write 1800s" in str(warnings_of(source)[0])
    assert warnings_of(source.replace("1800", "30m")) == []


def test_groupings_by_an_unknown_root_are_refused_and_by_an_unknown_attribute_warned_of() -> None:
    source = ALWAYS + "{type: aggregate, by: [title, host, alert.titel], timeout: 1h, receiver: tem_1}"
    assert [str(fault) for fault in refusals_of(source)] == [
        "rules[0].actions[0].by[0] (line 4): there is no 'title' here; did you mean alert.title?",
        "rules[0].actions[0].by[1] (line 4): there is no 'host' here; "
        "a path starts with one of alert, log, log_parsed, always",
    ]
    assert ["did you mean alert.title?" in str(warning) for warning in warnings_of(source)] == [True]
    assert len(preview_rules(source, {}, None, START)["errors"]) == 2


def test_rules_that_were_saved_before_with_such_a_grouping_route_each_alert_on_its_own(script: Script) -> None:
    team = script.team("X")
    router = script.router(ALWAYS + f"{{type: aggregate, by: [title, host], timeout: 1h, receiver: {team}}}")
    for minute, name in ((0, "disk"), (1, "outage")):
        script.at(f"{minute}m").push(name, router)
        script.want(f"{minute}m", name, team)


def test_alerts_that_lack_a_value_are_grouped_only_when_asked(script: Script) -> None:
    team = script.team("X")
    action = f"type: aggregate, by: [alert.urgency, log.data.host], timeout: 1h, receiver: {team}"
    apart, together = (script.router(f"{ALWAYS}{{{action}{more}}}") for more in ("", ", missing: together"))
    for router, name in ((apart, "apart"), (together, "together")):
        script.at("0m").push(f"{name} 1", router, log={"data": {}})
        script.at("1m").push(f"{name} 2", router, log={"data": {}})
        script.want("0m", f"{name} 1", team)
    script.want("1m", "apart 2", team)
    script.want("1m", "together 2", "child of together 1")


def test_each_receiver_has_its_own_delay_in_a_preview() -> None:
    actions = ["receiver: tem_a", "receiver: tem_b, delay: 15m", "receiver: [tem_c, tem_a], delay: 10m"]
    source = ALWAYS + "\n  - ".join(f"{{type: assign, {action}}}" for action in actions)
    answer = preview_rules(source, {}, None, START)
    assert [(entry["receiver"], entry["delay_ms"]) for entry in answer["delays"]] == [
        ("tem_a", 0),
        ("tem_c", 600_000),
        ("tem_a", 600_000),
        ("tem_b", 900_000),
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (ALWAYS + "type: setval\n    map:\n      title: {{alert.title}} down\n", "a value that starts with {{ must be in quotes"),
        (ALWAYS + "type: setval\n    map:\n      title: {{alert.title}}\n", "a value that starts with {{ must be in quotes"),
        (ALWAYS + "type: setval\n    map:\n      tags:\n      - {{alert.title}}\n", "must be in quotes"),
        ("rules:\n- match:\n\talert.title: x\n", "the document (line 3): the line is indented with a tab; use spaces"),
        ('rules:\n- match: {a: {$regex: "host-\\d+"}}', "\\d in double quotes; write patterns in single quotes"),
        ("rules:\n- match: {a: {$regex: '(?i)x'}}\n  actions: [{type: ignore}]", "flags stand beside the pattern: $options: i"),
        ("rules:\n- match: {a: {$regex: '(?!x)'}}\n  actions: [{type: ignore}]", "use $not: {$regex: ...}, or an earlier rule"),
        (ALWAYS + "{type: assign, receiver: 01HXM5XQ3V9WJ1N7B0Z2T4R6Y8}", "rules take what the API shows as prefix_id"),
        (ALWAYS + "{type: aggregate, by: [log.x], timeout: 1h, receiver: tem_1, missing: no}", "must be one of apart, together"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_the_authors_terms(source: str, message: str) -> None:
    with pytest.raises(RulesError) as caught:
        parse_rules(source)
    assert message in str(caught.value)
