"""The operator is woken by what is lost, late or refused, by its share and not by one request, and sees it all on a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infrastructure.conftest import Resources, of_type

OUR_METRICS = {
    "Requests",
    "Refused",
    "Ignored",
    "Failed",
    "Throttled",
    "AlertLatency",
    "OverdueTimerAge",
    "TimersMoved",
}
"""What the functions write in the namespace Signalbox; docs/operating.md describes each."""
THROTTLED = {"IngressThrottled", "ApiThrottled"}
"""What CloudWatch counts in the access logs."""
Watched = tuple[str, str, str]


@pytest.fixture(scope="session")
def alarms(resources: Resources) -> Resources:
    return of_type(resources, "AWS::CloudWatch::Alarm")


def metrics_of(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from ([alarm] if "MetricName" in alarm else [])
    yield from (query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query)


def watched(alarms: Resources) -> set[Watched]:
    """(namespace, metric, its dimensions' values) of everything that an alarm looks at."""
    return {
        (metric["Namespace"], metric["MetricName"], json.dumps([part["Value"] for part in metric["Dimensions"]]))
        for alarm in alarms.values()
        for metric in metrics_of(alarm)
    }


def test_a_function_that_crashes_or_is_turned_away_wakes_somebody(functions: Resources, alarms: Resources) -> None:
    seen = watched(alarms)
    for name in functions:
        for metric in ("Errors", "Throttles"):
            assert ("AWS/Lambda", metric, json.dumps([{"Ref": name}])) in seen


def test_a_dead_letter_and_a_message_that_waits_wake_somebody(resources: Resources, alarms: Resources) -> None:
    seen = watched(alarms)
    for name, queue in of_type(resources, "AWS::SQS::Queue").items():
        waits = "RedrivePolicy" in queue  # the others hold dead letters
        metric = "ApproximateAgeOfOldestMessage" if waits else "ApproximateNumberOfMessagesVisible"
        assert ("AWS/SQS", metric, json.dumps([{"Fn::GetAtt": [name, "QueueName"]}])) in seen


def test_a_throttled_table_or_index_wakes_somebody(resources: Resources, alarms: Resources) -> None:
    """An index that is throttled holds up the writes of its table, and has metrics of its own."""
    seen = watched(alarms)
    for table in of_type(resources, "AWS::DynamoDB::Table").values():
        name = {"Fn::Sub": table["TableName"]["Fn::Sub"] + "${RestoredTables}"}
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            assert ("AWS/DynamoDB", metric, json.dumps([name])) in seen
        for index in table.get("GlobalSecondaryIndexes", []):
            assert ("AWS/DynamoDB", "WriteThrottleEvents", json.dumps([name, index["IndexName"]])) in seen


def test_requests_that_are_throttled_fail_or_are_late_wake_somebody(alarms: Resources) -> None:
    stage = json.dumps([{"Ref": "Stage"}])
    for metric in ("Failed", "AlertLatency", "OverdueTimerAge", "IngressThrottled", "ApiThrottled"):
        assert ("Signalbox", metric, stage) in watched(alarms)
    names = {(namespace, metric) for namespace, metric, _ in watched(alarms)}
    assert {("AWS/ApiGateway", "5xx"), ("AWS/ApiGateway", "5XXError"), ("AWS/Lambda", "Invocations")} <= names


def test_failures_ring_by_their_share_and_not_by_one_request_of_a_stranger(
    functions: Resources, alarms: Resources
) -> None:
    failures = [alarm for alarm in alarms.values() for m in metrics_of(alarm) if m["MetricName"] in ("Errors", "5xx", "5XXError", "Failed")]  # fmt: skip
    assert len(failures) == len(functions) + 3
    for alarm in failures:
        (share,) = [query for query in alarm["Metrics"] if query.get("ReturnData")]
        assert share["Expression"] == "IF(all > 0, 100 * bad / all, 0)"
        assert {query["Id"] for query in alarm["Metrics"]} == {"share", "bad", "all"}
        assert (alarm["Threshold"], alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"]) == (5, 3, 2)


def test_an_alarm_looks_at_no_more_metrics_than_cloudwatch_allows(alarms: Resources) -> None:
    assert max(len(list(metrics_of(alarm))) for alarm in alarms.values()) <= 10


def test_an_alarm_tells_the_operator_and_says_what_is_wrong(alarms: Resources) -> None:
    descriptions = [alarm["AlarmDescription"] for alarm in alarms.values()]
    assert len(set(descriptions)) == len(descriptions)
    for alarm in alarms.values():
        assert alarm["AlarmActions"]["Fn::If"][0] == alarm["OKActions"]["Fn::If"][0] == "MailsAlarms"


def test_only_metrics_that_are_written_are_looked_at(resources: Resources, alarms: Resources) -> None:
    ours = {metric for namespace, metric, _ in watched(alarms) if namespace == "Signalbox"}
    assert ours <= OUR_METRICS | THROTTLED
    filters = of_type(resources, "AWS::Logs::MetricFilter").values()
    made = {transformation["MetricName"] for found in filters for transformation in found["MetricTransformations"]}
    assert made == THROTTLED


@pytest.mark.parametrize(("resource", "setting"), [("RestAPI", "AccessLogSetting"), ("IngressStage", "AccessLogSettings")])  # fmt: skip
def test_both_apis_leave_a_line_per_request_by_which_throttled_ones_are_counted(
    resources: Resources, resource: str, setting: str
) -> None:
    given = resources[resource]["Properties"][setting]
    line = json.loads(re.sub(r"\$context[\w.]+", "-", given["Format"]["Fn::Sub"]))
    assert {"stage", "status", "id", "ip"} <= set(line)
    assert line["stage"] == "${Stage}"
    assert "path" not in given["Format"]["Fn::Sub"].lower().replace("resourcepath", "")  # ids in paths let others send
    group = given["DestinationArn"]["Fn::GetAtt"][0]
    filters = of_type(resources, "AWS::Logs::MetricFilter").values()
    assert [f["FilterPattern"] for f in filters if f["LogGroupName"] == {"Ref": group}] == ['{ $.status = "429" }']


def test_the_dashboard_is_json_and_shows_every_metric_of_ours(resources: Resources) -> None:
    text = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(text)["widgets"]
    assert all(metric in text for metric in OUR_METRICS | THROTTLED)
    places = [(w["x"], w["y"], w["width"], w["height"]) for w in widgets]
    cells = [(x, y) for left, top, wide, high in places for x in range(left, left + wide) for y in range(top, top + high)]  # fmt: skip
    assert len(cells) == len(set(cells)), "widgets overlap"
    assert max(x for x, _ in cells) < 24
    for name in re.findall(r"\$\{([\w:]+)[.}]", text):
        assert name in resources or name in ("Stage", "AWS::Region")
