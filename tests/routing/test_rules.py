"""What a rules document may say, and how it is refused."""

from __future__ import annotations

import pytest

from chalicelib.routing.rules import Problem, RulesError, Ruleset, compiled_rules, parse_rules

TEAM = "tem_00000000000001"


def rules_with(*actions: str, match: str = "{always: true}") -> str:
    lines = "".join(f"  - {action}\n" for action in actions)
    return f"rules:\n- match: {match}\n  actions:\n{lines}"


def problems(source: str) -> list[str]:
    with pytest.raises(RulesError) as caught:
        parse_rules(source)
    return [str(problem) for problem in caught.value.problems]


def test_a_document_with_every_action_is_accepted() -> None:
    ruleset = parse_rules(
        rules_with(
            "{type: stakeholder, ids: [stk_1, stk_2]}",
            "{type: incident, severity: sev_1, message: 'down: {{alert.title}}', handlebars: true}",
            "{type: setval, map: {title: t, description: d, tags: [a, b], urgency: critical}}",
            f"{{type: assign, receiver: [{TEAM}, usr_1, rtr_2], delay: 5m}}",
            f"{{type: aggregate, by: [alert.urgency], timeout: 1d, receiver: {TEAM}}}",
            "{type: ignore}",
        )
    )
    assert ruleset.receivers() == [
        ("rules[0].actions[3].receiver", 7, TEAM),
        ("rules[0].actions[3].receiver", 7, "usr_1"),
        ("rules[0].actions[3].receiver", 7, "rtr_2"),
        ("rules[0].actions[4].receiver", 8, TEAM),
    ]
    assert ruleset.stakeholders() == [
        ("rules[0].actions[0].ids", 4, "stk_1"),
        ("rules[0].actions[0].ids", 4, "stk_2"),
    ]


def test_a_problem_reads_as_its_place_line_and_expectation() -> None:
    problem = Problem("rules[0].actions[1].delay", 7, "must be a duration such as 5m")
    assert str(problem) == "rules[0].actions[1].delay (line 7): must be a duration such as 5m"


@pytest.mark.parametrize(
    ("action", "place", "message"),
    [
        ("{type: page}", "type", "is unknown: 'page'; must be one of aggregate, assign"),
        ("{receiver: tem_1}", "type", "is required"),
        ("just text", "", "must be a mapping with a type"),
        ("{type: assign}", "receiver", "is required: must be the id of a team"),
        ("{type: assign, receiver: int_1}", "receiver", "must be the id of a team (tem_...)"),
        ("{type: assign, receiver: []}", "receiver", "must be a list of 1 to 20 ids"),
        ("{type: assign, receiver: [tem_1, 5]}", "receiver[1]", "must be the id of a team"),
        ("{type: assign, receiver: tem_1, delay: soon}", "delay", "must be a duration"),
        ("{type: assign, receiver: tem_1, delay: 31d}", "delay", "must be at most 30d"),
        ("{type: assign, receiver: tem_1, dalay: 5m}", "dalay", "is unknown; assign takes receiver, delay"),
        ("{type: aggregate, by: [alert.title], receiver: tem_1}", "timeout", "is required"),
        ("{type: aggregate, by: [], timeout: 1h, receiver: tem_1}", "by", "must be a list of 1 to 20 paths"),
        ("{type: aggregate, by: [alert..x], timeout: 1h, receiver: tem_1}", "by[0]", "must be a dotted path"),
        ("{type: aggregate, by: [alert.title], timeout: 1h}", "receiver", "is required"),
        ("{type: ignore, delay: 5m}", "delay", "is unknown; ignore takes nothing"),
        ("{type: incident, severity: sev-9}", "severity", "must be one of SEV-1"),
        ("{type: incident, severity: SEV-1, message: [1]}", "message", "must be a text"),
        ("{type: incident, severity: SEV-1, handlebars: on}", "handlebars", "must be true or false, not 'on'"),
        ("{type: setval}", "map", "must be a mapping of title, description, tags, urgency"),
        ("{type: setval, map: {status: open}}", "map.status", "cannot be set; only title"),
        ("{type: setval, map: {title: ' '}}", "map.title", "can't be blank"),
        ("{type: setval, map: {urgency: loud}}", "map.urgency", "must be one of silent"),
        ("{type: setval, map: {tags: [1]}}", "map.tags", "must be a list of texts"),
        ("{type: setval, map: {title: '{{#if}'}, handlebars: true}", "map.title", "is no valid template"),
        ("{type: stakeholder, ids: [tem_1]}", "ids[0]", "must be the id of a stakeholder"),
    ],
)
def test_a_bad_action_is_refused_with_path_line_and_expectation(action: str, place: str, message: str) -> None:
    path = f"rules[0].actions[0].{place}" if place else "rules[0].actions[0]"
    (found,) = problems(rules_with(action))
    assert found.startswith(f"{path} (line 4): {message}")


@pytest.mark.parametrize(
    ("match", "start"),
    [
        ("{alert.title: {$like: x}}", "rules[0].match.alert.title.$like (line 2): unknown operator $like"),
        ("{alert.title: {$regex: '('}}", "rules[0].match.alert.title.$regex (line 2): "),
        ("{$where: '1'}", "rules[0].match.$where (line 2): unknown operator"),
        ("{$timeBetween: {starttime: noon, endtime: 05:00 pm}}", "rules[0].match.$timeBetween.starttime (line 2): "),
        ("[a]", "rules[0].match (line 2): must be a mapping"),
        ("null", "rules[0].match (line 2): must be a mapping"),
    ],
)
def test_a_bad_condition_is_refused_with_path_and_line(match: str, start: str) -> None:
    (found,) = problems(rules_with("{type: ignore}", match=match))
    assert found.startswith(start)


@pytest.mark.parametrize(
    ("source", "start"),
    [
        ("", "the document (line 1): must be a mapping with a list of rules"),
        ("- a", "the document (line 1): must be a mapping"),
        ("rules: []", "rules (line 1): must be a list of 1 to 500 rules"),
        ("rules: nothing", "rules (line 1): must be a list"),
        ("\nrule: []", "rule (line 2): is unknown; the document has rules and nothing else"),
        ("rules:\n- match: {always: true}", "rules[0].actions (line 2): must be a list of 1 to 20 actions"),
        ("rules:\n- match: {always: true}\n  actions: []", "rules[0].actions (line 3): must be a list of 1"),
        ("rules:\n- text", "rules[0] (line 2): must be a mapping with match and actions"),
        ("rules:\n- {when: 1, match: {}, actions: [{type: ignore}]}", "rules[0].when (line 2): is unknown"),
        ("rules: [\n", "the document (line 2): "),
        ("rules: !!python/object:os.system []", "the document (line 1): the tag"),
        ("a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{c}: &{c} [{(f'*{p},' * 9)[:-1]}]\n" for p, c in zip("abcdef", "bcdefg", strict=True)), "the document (line "),
        ("rules: " + "x" * 70_000, "the document (line 1): the document is larger than 64 KiB"),
    ],
)  # fmt: skip
def test_a_document_that_is_no_list_of_rules_is_refused(source: str, start: str) -> None:
    assert problems(source)[0].startswith(start)


def test_more_rules_or_actions_than_allowed_are_refused() -> None:
    rule = "- {match: {always: true}, actions: [{type: ignore}]}\n"
    assert len(parse_rules("rules:\n" + rule * 500).rules) == 500
    assert problems("rules:\n" + rule * 501) == ["rules (line 1): must be a list of 1 to 500 rules"]
    assert problems(rules_with(*["{type: ignore}"] * 21)) == [
        "rules[0].actions (line 3): must be a list of 1 to 20 actions"
    ]


def test_all_problems_are_told_at_once() -> None:
    source = rules_with("{type: page}", "{type: assign, receiver: x, delay: y}", match="{a: {$b: 1}}")
    assert len(problems(source)) == 4


def test_words_that_yaml_1_1_takes_for_booleans_are_text() -> None:
    parse_rules(rules_with("{type: setval, map: {title: no, tags: [on, off]}}", match="{alert.title: yes}"))


def test_compiled_rules_are_kept_and_never_out_of_date() -> None:
    first = rules_with("{type: ignore}")
    kept: Ruleset = compiled_rules(first)
    assert compiled_rules(str(first)) is kept
    assert compiled_rules(first + "\n") is not kept
