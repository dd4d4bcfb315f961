"""An imported Alertmanager route tree decides as Alertmanager does."""

from __future__ import annotations

import calendar
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from chalicelib.routing.importers.alertmanager import ConversionError, Converted, convert
from chalicelib.routing.importers.alertmanager.faults import NoEquivalent
from chalicelib.routing.importers.alertmanager.matchers import Matcher, parse_matchers
from chalicelib.routing.route import Plan, route
from chalicelib.routing.rules import parse_rules
from dev.import_rules import main
from tests.routing.script import START

RECEIVERS = ("root", "db", "web", "ops", "night")


TEAMS = {name: f"tem_{name}" for name in RECEIVERS}
SECTION = [{"name": name, "webhook_configs": []} for name in RECEIVERS]


def converted(config: dict[str, Any]) -> Converted:
    return convert(json.dumps({"receivers": SECTION, **config}), TEAMS)


def decide(rules: Converted, labels: dict[str, str], now: datetime = START) -> Plan:
    router = {"prefix_id": "rtr_1", "name": "imported", "rules": rules.rules, "default_receiver_team_id": "tem_default"}
    objects: dict[str, Any] = {"rtr_1": router}

    def lookup(key: str) -> Any:
        return objects.get(key, {"prefix_id": key, "name": key})

    log = {"data": {"commonLabels": labels}}
    return route({"id": "a", "title": "t"}, log, ["rtr_1"], lookup, lambda *_: None, now)


# An independent reading of Alertmanager's semantics, to compare with.


def holds(matcher: tuple[str, str, str], labels: dict[str, str]) -> bool:
    label, operator, value = matcher
    actual = labels.get(label, "")
    if operator in ("=", "!="):
        return (actual == value) == (operator == "=")
    return (re.fullmatch(value, actual) is not None) == (operator == "=~")


def matching_routes(node: dict[str, Any], labels: dict[str, str], inherited: str) -> list[tuple[dict[str, Any], str]]:
    receiver = node.get("receiver") or inherited
    if not all(holds(matcher, labels) for matcher in node.get("parsed", [])):
        return []
    found: list[tuple[dict[str, Any], str]] = []
    for child in node.get("routes", []):
        matched = matching_routes(child, labels, receiver)
        found += matched
        if matched and not child.get("continue"):
            break
    return found or [(node, receiver)]


def silent(node: dict[str, Any], now: datetime) -> bool:
    active = node.get("active_time_intervals", [])
    muted = any(within(name, now) for name in node.get("mute_time_intervals", []))
    return muted or (bool(active) and not any(within(name, now) for name in active))


INTERVALS = [
    {"name": "nights", "time_intervals": [
        {"times": [{"start_time": "00:00", "end_time": "06:30"}, {"start_time": "22:00", "end_time": "24:00"}]}]},
    {"name": "weekends", "time_intervals": [{"weekdays": ["saturday", "sunday"]}]},
    {"name": "january", "time_intervals": [
        {"months": ["january"], "days_of_month": ["1:5", "20"], "years": ["2026:2027"]}, {"months": ["7:8"]}]},
]  # fmt: skip


def within(name: str, now: datetime) -> bool:
    if name == "nights":
        return now.hour * 60 + now.minute < 390 or now.hour >= 22
    if name == "weekends":
        return now.weekday() >= 5
    first = now.month == 1 and (now.day <= 5 or now.day == 20) and now.year in (2026, 2027)
    return first or now.month in (7, 8)


LABELS = {
    "severity": ["critical", "warning", ""],
    "team": ["db", "web", "database-1"],
    "env": ["prod", "staging", "no"],
}
PATTERNS = [
    "prod|staging", ".*", ".+", "", "d.*", "(db|web)?", "[a-z]+-[0-9]", "crit.*|warn.*", "(?i)DB", "x{0,2}", "no", "a,b",
]  # fmt: skip


@some.composite
def matchers(draw: Any) -> tuple[str, str, str]:
    label = draw(some.sampled_from(list(LABELS)))
    operator = draw(some.sampled_from(["=", "!=", "=~", "!~"]))
    value = draw(some.sampled_from(LABELS[label] if operator in ("=", "!=") else PATTERNS))
    return label, operator, value


@some.composite
def routes(draw: Any, depth: int = 2) -> dict[str, Any]:
    node: dict[str, Any] = {}
    if draw(some.booleans()):
        node["receiver"] = draw(some.sampled_from(RECEIVERS))
    node["continue"] = draw(some.booleans())
    if draw(some.integers(0, 3)) == 0:
        kind = draw(some.sampled_from(["mute_time_intervals", "active_time_intervals"]))
        node[kind] = draw(some.lists(some.sampled_from(["nights", "weekends", "january"]), min_size=1, max_size=2))
    if draw(some.integers(0, 3)) == 0:
        node["group_by"] = draw(some.sampled_from([["severity"], ["team", "env"], ["..."]]))
    node["parsed"] = draw(some.lists(matchers(), max_size=2))
    if depth:
        node["routes"] = draw(some.lists(routes(depth=depth - 1), max_size=3))
    return node


def written(node: dict[str, Any]) -> dict[str, Any]:
    """The route as a configuration file has it."""
    fields = {name: value for name, value in node.items() if name not in ("parsed", "routes")}
    fields["matchers"] = [f"{label} {operator} {json.dumps(value)}" for label, operator, value in node["parsed"]]
    return {**fields, "routes": [written(child) for child in node.get("routes", [])]}


TREES = some.lists(routes(), max_size=3).map(lambda found: {"receiver": "root", "parsed": [], "routes": found})
LABEL_SETS = some.fixed_dictionaries({}, optional={name: some.sampled_from(values) for name, values in LABELS.items()})
TIMES = some.builds(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), some.integers(0, 525_600 * 2)
)


@settings(max_examples=80, deadline=None)
@given(TREES, some.lists(some.tuples(LABEL_SETS, TIMES), min_size=1, max_size=5))
def test_any_tree_decides_as_alertmanager_does(
    tree: dict[str, Any], alerts: list[tuple[dict[str, str], datetime]]
) -> None:
    try:
        result = converted({"route": written(tree), "time_intervals": INTERVALS})
    except ConversionError as error:  # never a tree that decides otherwise
        assert "split the tree" in str(error)
        return
    for labels, now in alerts:
        awake = [name for node, name in matching_routes(tree, labels, "root") if not silent(node, now)]
        plan = decide(result, labels, now)
        assert sorted(plan.receivers) == sorted({f"tem_{name}" for name in awake})
        assert plan.suppressed == (not awake)


def test_a_typical_tree_becomes_readable_rules() -> None:
    result = converted(
        {
            "route": {
                "receiver": "root",
                "group_by": ["alertname"],
                "group_wait": "30s",
                "repeat_interval": "4h",
                "routes": [
                    {"receiver": "db", "match_re": {"service": "mysql|postgres"}, "group_interval": "10m"},
                    {"receiver": "web", "match": {"severity": "critical"}, "matchers": ['env!~"dev.*"'], "group_by": ["..."]},
                ],
            },
            "inhibit_rules": [{}],
        }
    )  # fmt: skip
    assert yaml.safe_load(result.rules) == {
        "rules": [
            {
                "match": {"log.data.commonLabels.service": {"$in": ["mysql", "postgres"]}},
                "actions": [
                    {
                        "type": "aggregate",
                        "by": ["log.data.commonLabels.alertname"],
                        "missing": "together",
                        "timeout": "10m",
                        "receiver": "tem_db",
                    }
                ],
            },
            {
                "match": {
                    "log.data.commonLabels.severity": "critical",
                    "log.data.commonLabels.env": {"$not": {"$regex": "^(?:dev.*)$"}},
                },
                "actions": [{"type": "assign", "receiver": "tem_web"}],
            },
            {
                "match": {"always": True},
                "actions": [
                    {
                        "type": "aggregate",
                        "by": ["log.data.commonLabels.alertname"],
                        "missing": "together",
                        "timeout": "5m",
                        "receiver": "tem_root",
                    }
                ],
            },
        ]
    }
    assert result.default_receiver == "tem_root"
    told = "\n".join(result.notes)
    for word in ("group_wait, repeat_interval", "inhibit_rules", "group_by: [alertname, env, service, severity]"):
        assert word in told


def test_label_values_that_look_like_other_types_stay_text() -> None:
    tree = {
        "receiver": "root",
        "routes": [{"receiver": "db", "matchers": [f'v="{value}"']} for value in ("1e3", "no", "08:30")],
    }
    result = converted({"route": tree})
    for value in ("1e3", "no", "08:30"):
        assert decide(result, {"v": value}).receivers == ["tem_db"]


def test_a_receiver_that_notifies_nobody_becomes_ignore() -> None:
    tree = {"receiver": "root", "routes": [{"receiver": "null", "matchers": ['alertname="Watchdog"']}]}
    result = converted({"route": tree, "receivers": [*SECTION, {"name": "null"}]})
    assert decide(result, {"alertname": "Watchdog"}).suppressed
    assert "the receiver null notifies nobody: its alerts are ignored" in result.notes


def test_a_receiver_without_a_team_goes_to_the_default_or_to_a_placeholder() -> None:
    tree = {"receiver": "root", "routes": [{"receiver": "the cats", "matchers": ["a=b"]}]}
    known = convert(json.dumps({"route": tree}), {"root": "tem_root"})
    assert decide(known, {"a": "b"}).receivers == ["tem_root"]
    unknown = convert(json.dumps({"route": {**tree, "receiver": "nobody"}}), {})
    assert unknown.default_receiver is None
    named = [receiver for _, _, receiver in parse_rules(unknown.rules).receivers()]
    assert named == ["tem_REPLACE-the-cats", "tem_REPLACE-nobody"]


INTERVALS_BY_PLACE = [
    {"name": "here", "time_intervals": [{"weekdays": ["monday"], "location": "Local"}, {"weekdays": ["tuesday"]}]}
]
MONDAY, TUESDAY = START, START + timedelta(days=1)


@pytest.mark.parametrize(
    ("child", "note", "silent_on"),
    [
        ({"mute_time_intervals": ["here"]}, "routes[0] is not muted then: time_intervals[0].time_intervals[0]", [TUESDAY]),
        ({"active_time_intervals": ["here"]}, "routes[0] is active at all times: time_intervals[0]", []),
    ],
)  # fmt: skip
def test_an_interval_without_equivalent_is_said_and_never_silences(
    child: dict[str, Any], note: str, silent_on: list[datetime]
) -> None:
    tree = {"receiver": "root", "routes": [{"receiver": "db", "matchers": ["a=b"], **child}]}
    result = converted({"route": tree, "time_intervals": INTERVALS_BY_PLACE})
    assert note in "\n".join(result.notes)
    assert [day for day in (MONDAY, TUESDAY) if not decide(result, {"a": "b"}, day).receivers] == silent_on


DAYS = [["-3:-1"], ["-1"], ["1:-1"], ["-31:-30"], ["15:-14"], ["1", "-2:-1"]]


@pytest.mark.parametrize("ranges", DAYS)
def test_days_from_the_months_end_hold_in_months_of_every_length(ranges: list[str]) -> None:
    tree = {"receiver": "root", "routes": [{"receiver": "db", "mute_time_intervals": ["days"]}]}
    result = converted(
        {"route": tree, "time_intervals": [{"name": "days", "time_intervals": [{"days_of_month": ranges}]}]}
    )
    day = datetime(2027, 12, 1, tzinfo=UTC)  # 2028 is a leap year
    for now in (day + timedelta(days=count) for count in range(31 + 366 + 60)):
        length = calendar.monthrange(now.year, now.month)[1]
        ends = [[int(end) for end in entry.split(":")] for entry in ranges]
        counted = [[end if end > 0 else length + end + 1 for end in entry] for entry in ends]
        wanted = any(max(first, 1) <= now.day <= last for first, last in ((entry[0], entry[-1]) for entry in counted))
        assert decide(result, {}, now).suppressed == wanted, now


def test_two_hundred_routes_that_continue_become_two_hundred_rules() -> None:
    """A catch-all before them continues too: no route is left out, and none takes what is another's."""
    routes = [{"receiver": f"team{n}", "matchers": [f'team="t{n}"'], "continue": True} for n in range(200)]
    names = ["root", "archive", *(route["receiver"] for route in routes)]
    tree = {"receiver": "root", "routes": [{"receiver": "archive", "continue": True}, *routes]}
    result = convert(json.dumps({"route": tree}), {str(name): f"tem_{name}" for name in names})
    assert len(parse_rules(result.rules).rules) == 201
    assert decide(result, {"team": "t199"}).receivers == ["tem_archive", "tem_team199"]
    assert decide(result, {"team": "x"}).receivers == ["tem_archive"]


def test_routes_that_continue_to_one_receiver_do_not_multiply() -> None:
    routes = [{"receiver": "db", "continue": True, "matchers": [f"l{n}=v"]} for n in range(40)]
    result = converted({"route": {"receiver": "root", "routes": routes}})
    assert len(parse_rules(result.rules).rules) == 41
    assert decide(result, {"l3": "v", "l7": "v"}).receivers == ["tem_db"]


def test_routes_that_multiply_beyond_a_routers_size_stop_the_import_at_their_place() -> None:
    names = [f"r{n}" for n in range(12)]
    routes = [{"receiver": name, "continue": True, "matchers": [f"{name}=v"]} for name in names]
    with pytest.raises(ConversionError, match=r"route.routes\[\d+\]: up to here the tree needs more than 500 rules"):
        convert(json.dumps({"route": {"receiver": "r0", "routes": routes}}), {})


def test_labels_with_dots_are_matched_and_grouped_by() -> None:
    child = {
        "receiver": "db",
        "matchers": ['"app.kubernetes.io/part-of"="shop"'],
        "group_by": ["app.kubernetes.io/name"],
    }
    result = converted({"route": {"receiver": "root", "routes": [child]}})
    labels = {"app.kubernetes.io/part-of": "shop", "app.kubernetes.io/name": "web"}
    plan = decide(result, labels)
    assert plan.receivers == ["tem_db"]
    assert (
        plan.groups[0].fingerprint != decide(result, {**labels, "app.kubernetes.io/name": "db"}).groups[0].fingerprint
    )


def test_grafanas_policies_are_read() -> None:
    child = {"receiver": "db", "object_matchers": [["team", "=", "teamC"], ["severity", "=~", "critical|high"]]}
    policy = {"orgId": 1, "receiver": "root", "group_by": ["grafana_folder"], "routes": [child]}
    for config in ({"apiVersion": 1, "policies": [policy]}, {"alertmanager_config": {"route": policy}}):
        result = convert(json.dumps(config), {"root": "tem_root", "db": "tem_db"})
        assert decide(result, {"team": "teamC", "severity": "high"}).receivers == ["tem_db"]
        assert decide(result, {"team": "teamC"}).receivers == ["tem_root"]


def test_merge_keys_and_scalars_are_read_as_alertmanager_reads_them() -> None:
    source = """
route:
  receiver: root
  routes:
  - &db {receiver: db, match: {code: 010}, group_by: [a]}
  - {<<: *db, match: {code: 1.0}}
receivers: [{name: root, slack_configs: [&s {channel: x}, {<<: *s, send_resolved: true}]}, {name: db, webhook_configs: []}]
"""
    result = convert(source, {"root": "tem_root", "db": "tem_db"})
    assert [decide(result, {"code": code}).receivers for code in ("010", "1.0", "10")] == [
        ["tem_db"],
        ["tem_db"],
        ["tem_root"],
    ]


@pytest.mark.parametrize(
    ("interval", "timeout"), [("1h30m", "90m"), ("90s", "90s"), ("45d", "30d"), ("1w", "7d"), ("1500ms", "1500ms")]
)
def test_group_intervals_are_read_in_prometheus_notation(interval: str, timeout: str) -> None:
    result = converted({"route": {"receiver": "root", "group_by": ["a"], "group_interval": interval}})
    assert yaml.safe_load(result.rules)["rules"][0]["actions"][0]["timeout"] == timeout


CHILD = {"receiver": "db", "matchers": ["a=b"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"matcher": ["a=b"]}, r"route.routes\[0\]: 'matcher' is unknown"),
        ({"matches": {"a": "b"}}, r"route.routes\[0\]: 'matches' is unknown"),
        ({"receiver": "nosuch"}, r"route.routes\[0\]: there is no receiver named 'nosuch'"),
        ({"matchers": ['team == "e"']}, "cannot be read"),
        ({"matchers": ['team="f" severity="critical"']}, "cannot be read"),
        ({"matchers": ["nonsense"]}, r"route.routes\[0\]: the matcher 'nonsense' cannot be read"),
        ({"matchers": ['a=~"("']}, r"the pattern '\(' cannot be used in a rule"),
        ({"object_matchers": [["a", "=="]]}, "an object matcher must be"),
        ({"mute_time_intervals": ["gone"]}, r"route.routes\[0\]: there is no time interval named 'gone'"),
        ({"mute_time_intervals": ["zone"]}, "unknown time zone 'Mars/Olympus'"),
        ({"group_interval": "5 minutes"}, "a duration must be such as"),
        ({"group_interval": "0s"}, "group_interval cannot be zero"),
        ({"group_by": ["...", "a"]}, "group_by cannot have labels beside"),
        ({"continue": "maybe"}, "continue must be true or false"),
        ({"routes": {"receiver": "db"}}, "routes must be a list"),
    ],
)
def test_what_alertmanager_would_refuse_is_refused_with_its_place(change: dict[str, Any], message: str) -> None:
    """A key that is passed over may be a matcher, without which a route takes everything."""
    zone = {"name": "zone", "time_intervals": [{"weekdays": ["monday"], "location": "Mars/Olympus"}]}
    intervals = [zone] if "zone" in str(change) else []
    with pytest.raises(ConversionError, match=message):
        converted({"route": {"receiver": "root", "routes": [{**CHILD, **change}]}, "time_intervals": intervals})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("route: [", "line 2"),
        ("receivers: []", "the configuration has no route"),
        ("{routes: {}, route: {receiver: root}}", "'routes' is unknown"),
        (json.dumps({"route": {"receiver": "x", "match": {"a": "b"}}}), "the root route takes all alerts"),
        (json.dumps({"route": {"receiver": "x", "routes": [{"matchers": [f'a="{n}"'], "receiver": str(n)} for n in range(600)]}}), r"routes\[500\]"),
    ],
)  # fmt: skip
def test_a_configuration_that_cannot_be_turned_is_refused(source: str, message: str) -> None:
    with pytest.raises(ConversionError, match=message):
        convert(source, {})


def test_matchers_are_read_in_all_their_spellings() -> None:
    found = [Matcher("a", "=", "b"), Matcher("c", "!~", 'd,"e'), Matcher("f", "=", "g")]
    assert parse_matchers('{a="b", "c"!~"d,\\"e" ,f=g}') == found
    assert parse_matchers("a = b c ") == [Matcher("a", "=", "b c")]
    with pytest.raises(NoEquivalent):
        parse_matchers("a" * 3000)


@settings(max_examples=100, deadline=None)
@given(
    some.recursive(
        some.one_of(some.none(), some.integers(), some.sampled_from(["a=b", "x", "5m", "..."])),
        lambda inner: some.one_of(
            some.lists(inner, max_size=3),
            some.dictionaries(
                some.sampled_from(
                    ["receiver", "routes", "matchers", "match", "group_by", "continue", "mute_time_intervals"]
                ),
                inner,
            ),
        ),
        max_leaves=12,
    )
)
def test_any_tree_is_turned_or_refused(tree: Any) -> None:
    try:
        result = converted({"route": tree, "time_intervals": tree, "receivers": tree})
    except ConversionError:
        return
    parse_rules(result.rules)


def test_the_terminal_prints_rules_and_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "alertmanager.yml"
    config.write_text("route: {receiver: ops, group_wait: 10s}", encoding="utf-8")
    assert main(["alertmanager", str(config), "--team", "ops=tem_5"]) == 0
    printed = capsys.readouterr()
    assert parse_rules(printed.out).receivers()[0][2] == "tem_5"
    assert "default receiver: tem_5" in printed.err
    assert "note: no equivalent: group_wait" in printed.err
    assert main(["alertmanager", str(tmp_path / "none.yml")]) == 2
    assert main(["alertmanager", str(config), "--team", "opps=tem_5"]) == 2
    assert "a team is given for 'opps', which is none of: ops" in capsys.readouterr().err
