"""The dry run of rules, and the same in the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.routing.preview import preview_rules
from dev.route import main
from tests.routing.script import START

RULES = """
rules:
- match: {alert.urgency: low}
  actions: [{type: ignore}]
- match: {log.data.env: production}
  actions:
  - {type: setval, map: {urgency: critical, tags: [a]}}
  - {type: stakeholder, ids: [stk_1]}
  - {type: assign, receiver: [tem_1, rtr_1], delay: 5m}
- match: {alert.title: {$regex: ^disk}}
  actions:
  - {type: aggregate, by: [alert.title], timeout: 1h, receiver: tem_2}
"""
ALERT = {"title": "disk full", "urgency": "high", "tag_list": []}


def test_a_preview_shows_the_rule_that_matched_and_what_it_would_do() -> None:
    answer = preview_rules(RULES, ALERT, {"data": {"env": "production"}}, START)
    explanation = answer.pop("explanation")
    assert answer == {
        "errors": [],
        "warnings": [],
        "matched": 1,
        "actions": [
            {"type": "setval", "map": {"urgency": "critical", "tags": ["a"]}},
            {"type": "stakeholder", "ids": ["stk_1"]},
            {"type": "assign", "receiver": ["tem_1", "rtr_1"], "delay": "5m"},
        ],
        "alert": {"title": "disk full", "urgency": "critical", "tags": ["a"], "tag_list": ["a"]},
        "receivers": ["tem_1", "rtr_1"],
        "delay_ms": 300_000,
        "delays": [{"receiver": "tem_1", "delay_ms": 300_000}, {"receiver": "rtr_1", "delay_ms": 300_000}],
        "suppressed": False,
        "aggregate": None,
        "stakeholders": ["stk_1"],
    }
    assert [(entry["rule"], entry["matched"]) for entry in explanation] == [(0, False), (1, True)]


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        ({"urgency": "low"}, {"matched": 0, "suppressed": True, "receivers": []}),
        (ALERT, {"matched": 2, "receivers": ["tem_2"], "aggregate": {"by": ["alert.title"], "timeout_ms": 3_600_000}}),
        ({"title": "cpu"}, {"matched": None, "actions": [], "receivers": [], "suppressed": False, "delay_ms": 0}),
    ],
)
def test_a_preview_of_other_outcomes(alert: dict[str, Any], expected: dict[str, Any]) -> None:
    answer = preview_rules(RULES, alert, None, START)
    assert {name: answer[name] for name in expected} == expected


def test_rules_that_cannot_be_saved_are_errors_in_a_preview() -> None:
    answer = preview_rules("rules:\n- match: {}\n  actions: [{type: page}]", ALERT, None, START)
    assert answer["matched"] is None
    assert answer["alert"] == ALERT
    assert answer["errors"][0].startswith("rules[0].actions[0].type (line 3): is unknown")


def test_unknown_receivers_are_warnings_where_they_can_be_known() -> None:
    answer = preview_rules(RULES, ALERT, None, START, lookup=lambda key: {} if key == "tem_2" else None)
    assert answer["errors"] == []
    assert answer["warnings"] == [
        "rules[1].actions[2].receiver (line 9): tem_1 is unknown",
        "rules[1].actions[2].receiver (line 9): rtr_1 is unknown",
        "rules[1].actions[1].ids (line 8): stk_1 is unknown",
    ]


def _run(tmp_path: Path, rules: str, alert: Any, *more: str) -> int:
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    (tmp_path / "alert.json").write_text(json.dumps(alert), encoding="utf-8")
    return main([str(tmp_path / "rules.yaml"), str(tmp_path / "alert.json"), *more])


def test_the_terminal_shows_each_rule_and_the_outcome(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path, RULES, {"alert": ALERT, "log": {"data": {"env": "production"}}}) == 0
    assert capsys.readouterr().out.splitlines() == [
        'rule 0: no match, alert.urgency $eq "low" but was "high"',
        "rule 1: matched",
        '  {"type": "setval", "map": {"urgency": "critical", "tags": ["a"]}}',
        '  {"type": "stakeholder", "ids": ["stk_1"]}',
        '  {"type": "assign", "receiver": ["tem_1", "rtr_1"], "delay_ms": 300000}',
        'alert: {"title": "disk full", "urgency": "critical", "tags": ["a"]}',
        "receivers after 300 s: tem_1, rtr_1",
        "stakeholders: stk_1",
    ]


def test_the_terminal_routes_at_a_given_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = "rules: [{match: {$day: {$in: [6, 7]}}, actions: [{type: ignore}]}]"
    assert _run(tmp_path, rules, ALERT, "--now", "2026-01-10T12:00:00Z") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "suppressed: nobody gets the alert"
    assert _run(tmp_path, rules, ALERT, "--now", "2026-01-09T12:00:00") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "No rule matched: the default receiver gets the alert."


def test_the_terminal_names_what_is_wrong_with_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path, "rules: 5", ALERT) == 1
    assert "rules (line 1): must be a list" in capsys.readouterr().out
    assert _run(tmp_path, RULES, [1]) == 2
    assert "must hold a JSON object" in capsys.readouterr().err
    assert main([str(tmp_path / "none.yaml"), str(tmp_path / "alert.json")]) == 2
