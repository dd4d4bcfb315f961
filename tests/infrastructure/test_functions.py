"""Each function may do what it must and no more, and is set up to survive failures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.infrastructure.conftest import Resources, of_type

FUNCTIONS = {"APIHandler", "ProcessWebhooks", "ProcessRetries", "ProcessTasks", "Tick"}
QUEUES = {"ProcessWebhooks": "WebhooksQueue", "ProcessRetries": "RetriesQueue", "ProcessTasks": "TasksQueue"}


def statements(resources: Resources, function: str) -> Iterator[tuple[set[str], list[Any]]]:
    """(actions, resources) of each statement of the function's role."""
    role = resources[function]["Properties"]["Role"]["Fn::GetAtt"][0]
    for policy in resources[role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            yield set(listed(statement["Action"])), listed(statement["Resource"])


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def actions_on(resources: Resources, function: str, logical_id: str) -> set[str]:
    """What the function may do to a resource, its indexes and objects included."""
    return {
        action
        for actions, targets in statements(resources, function)
        if any(logical_id in re.findall(r"\w+", str(target)) for target in targets)
        for action in actions
    }


def test_these_are_the_functions(functions: Resources) -> None:
    assert set(functions) == FUNCTIONS


def test_every_function_has_a_role_of_its_own(resources: Resources, functions: Resources) -> None:
    roles = [function["Role"]["Fn::GetAtt"] for function in functions.values()]
    assert len({name for name, _ in roles}) == len(FUNCTIONS)
    assert set(of_type(resources, "AWS::IAM::Role")) == {name for name, _ in roles}


def test_no_role_has_a_wildcard_but_for_indexes_and_objects(resources: Resources) -> None:
    for function in FUNCTIONS:
        for actions, targets in statements(resources, function):
            assert not [action for action in actions if "*" in action]
            wild = [target for target in targets if "*" in str(target)]
            assert all(re.fullmatch(r"\$\{\w+\.Arn\}/(index|requests|email)/\*", t["Fn::Sub"]) for t in wild)


def test_no_function_scans_a_table(resources: Resources) -> None:
    assert not [f for f in FUNCTIONS for actions, _ in statements(resources, f) if "dynamodb:Scan" in actions]


def test_only_the_api_changes_the_configuration(resources: Resources) -> None:
    writes = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    writers = {f for f in FUNCTIONS if actions_on(resources, f, "ConfigurationTable") & writes}
    assert writers == {"APIHandler"}


def test_each_queue_is_consumed_by_its_function_alone(resources: Resources) -> None:
    for function, queue in QUEUES.items():
        consumers = {f for f in FUNCTIONS if "sqs:ReceiveMessage" in actions_on(resources, f, queue)}
        assert consumers == {function}


def test_the_schedule_moves_timers_and_logs_those_that_it_gives_up(resources: Resources) -> None:
    touched = {target["Fn::GetAtt"][0] for _, targets in statements(resources, "Tick") for target in targets}
    assert touched == {"TickLogs", "TimersTable", "TasksQueue", "AlertsTable", "LogsTable"}
    assert actions_on(resources, "Tick", "AlertsTable") == {"dynamodb:GetItem"}
    assert actions_on(resources, "Tick", "LogsTable") == {"dynamodb:PutItem"}


def test_every_function_logs_to_a_group_of_its_own_that_expires(resources: Resources, functions: Resources) -> None:
    groups = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions.values()]
    assert len(set(groups)) == len(FUNCTIONS)
    assert all(resources[group]["Properties"]["RetentionInDays"] == 30 for group in groups)
    assert all(function["LoggingConfig"]["LogFormat"] == "JSON" for function in functions.values())


def test_every_queue_reports_failed_messages_one_by_one(functions: Resources) -> None:
    for function, queue in QUEUES.items():
        event = functions[function]["Events"][f"{function}SqsEventSource"]["Properties"]
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert event["Queue"] == {"Fn::Sub": f"${{{queue}.Arn}}"}
        assert event["BatchSize"] == (1 if queue == "RetriesQueue" else 10)  # what ends a function ends alone
        assert event["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_a_queue_hides_a_message_for_six_times_the_functions_timeout(
    resources: Resources, functions: Resources
) -> None:
    for function, queue in QUEUES.items():
        assert resources[queue]["Properties"]["VisibilityTimeout"] == 6 * functions[function]["Timeout"]


def test_no_function_outlives_what_waits_for_it(functions: Resources) -> None:
    assert functions["APIHandler"]["Timeout"] < 29  # API Gateway gives up
    assert functions["Tick"]["Timeout"] < 60  # the next run


def test_every_name_in_the_environment_is_one_that_the_application_reads(template: dict[str, Any]) -> None:
    given = template["Globals"]["Function"]["Environment"]["Variables"]
    assert {name for name in given if name.endswith(("_TABLE", "_URL", "_BUCKET"))} == {
        "CONFIGURATION_TABLE",
        "ALERTS_TABLE",
        "LOGS_TABLE",
        "TIMERS_TABLE",
        "COUNTERS_TABLE",
        "WEBHOOKS_QUEUE_URL",
        "RETRIES_QUEUE_URL",
        "TASKS_QUEUE_URL",
        "REQUESTS_BUCKET",
    }
    assert all(set(value) == {"Ref"} for value in given.values())
