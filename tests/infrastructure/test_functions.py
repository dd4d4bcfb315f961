"""Each function may do what it must and no more, and is set up to survive failures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chalicelib.storage import clients
from tests.infrastructure.conftest import Resources, of_type

FUNCTIONS = {"Ingress", "APIHandler", "ProcessWebhooks", "ProcessRetries", "ProcessTasks", "Tick"}
QUEUES = {"ProcessWebhooks": "WebhooksQueue", "ProcessRetries": "RetriesQueue", "ProcessTasks": "TasksQueue"}
TABLES = {"configuration", "alerts", "logs", "timers", "counters"}
TRACING = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
Statement = tuple[set[str], list[Any]]


def statements(resources: Resources, function: str) -> Iterator[Statement]:
    """(actions, resources) of each statement of the function's role."""
    role = resources[function]["Properties"]["Role"]["Fn::GetAtt"][0]
    for policy in resources[role]["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            if "Fn::If" not in statement:
                assert statement["Effect"] == "Allow"
                yield set(listed(statement["Action"])), listed(statement["Resource"])


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def actions_on(resources: Resources, function: str, target: str) -> set[str]:
    """What the function may do to a resource (by logical id) or a table (by name), its indexes and objects included."""
    return {
        action
        for actions, targets in statements(resources, function)
        if any(target in re.findall(r"\w+", str(found)) for found in targets)
        for action in actions
    }


def test_these_are_the_functions(functions: Resources) -> None:
    assert set(functions) == FUNCTIONS


def test_every_function_has_a_role_of_its_own(resources: Resources, functions: Resources) -> None:
    roles = [function["Role"]["Fn::GetAtt"] for function in functions.values()]
    assert len({name for name, _ in roles}) == len(FUNCTIONS)
    others = {"GatewayLogsRole"}
    assert set(of_type(resources, "AWS::IAM::Role")) == {name for name, _ in roles} | others


def test_no_role_has_a_wildcard_but_for_indexes_and_objects(resources: Resources) -> None:
    for function in FUNCTIONS:
        for actions, targets in statements(resources, function):
            assert not [action for action in actions if "*" in action]
            wild = [target["Fn::Sub"] for target in targets if "*" in str(target)]
            assert all(re.search(r"/(index|requests|email)/\*$", target) for target in wild)


def test_a_role_may_trace_only_while_tracing_is_on(template: dict[str, Any], resources: Resources) -> None:
    assert template["Parameters"]["Tracing"]["Default"] == "off"
    for function in FUNCTIONS:
        assert resources[function]["Properties"]["Tracing"] == {"Fn::If": ["Traces", "Active", "PassThrough"]}
        role = resources[resources[function]["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
        statements = role["Policies"][0]["PolicyDocument"]["Statement"]
        (conditional,) = [statement["Fn::If"] for statement in statements if "Fn::If" in statement]
        assert (conditional[0], set(conditional[1]["Action"])) == ("Traces", TRACING)


def test_no_function_scans_a_table(resources: Resources) -> None:
    assert not [f for f in FUNCTIONS for actions, _ in statements(resources, f) if "dynamodb:Scan" in actions]


def test_a_table_goes_by_the_name_that_restored_ones_have_too(template: dict[str, Any], resources: Resources) -> None:
    given = template["Globals"]["Function"]["Environment"]["Variables"]
    for table in TABLES:
        name = f"signalbox-${{Stage}}-{table}${{RestoredTables}}"
        assert given[f"{table.upper()}_TABLE"] == {"Fn::Sub": name}
        assert template["Outputs"][f"{table.capitalize()}Table"]["Value"] == {"Fn::Sub": name}
        assert resources[f"{table.capitalize()}Table"]["Properties"]["TableName"] == {
            "Fn::Sub": f"signalbox-${{Stage}}-{table}"
        }
    for function in FUNCTIONS:
        tables = [t for _, targets in statements(resources, function) for t in targets if ":dynamodb:" in str(t)]
        assert all(re.search(r":table/signalbox-\$\{Stage\}-\w+\$\{RestoredTables\}", t["Fn::Sub"]) for t in tables)


def test_only_the_api_changes_the_configuration(resources: Resources) -> None:
    writes = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    writers = {f for f in FUNCTIONS if actions_on(resources, f, "configuration") & writes}
    assert writers == {"APIHandler"}


def test_the_front_door_finds_counts_and_queues_and_does_no_more(resources: Resources) -> None:
    assert actions_on(resources, "Ingress", "configuration") == {"dynamodb:GetItem"}
    assert actions_on(resources, "Ingress", "counters") == {"dynamodb:UpdateItem"}
    assert actions_on(resources, "Ingress", "WebhooksQueue") == {"sqs:SendMessage"}
    assert actions_on(resources, "Ingress", "RequestsBucket") == {"s3:PutObject"}
    for table in TABLES - {"configuration", "counters"}:
        assert actions_on(resources, "Ingress", table) == set()


def test_each_queue_is_consumed_by_its_function_alone(resources: Resources) -> None:
    for function, queue in QUEUES.items():
        consumers = {f for f in FUNCTIONS if "sqs:ReceiveMessage" in actions_on(resources, f, queue)}
        assert consumers == {function}


def test_the_schedule_moves_timers_and_logs_those_that_it_gives_up(resources: Resources) -> None:
    touched = [str(target) for _, targets in statements(resources, "Tick") for target in targets]
    assert all(re.search("TickLogs|-timers|TasksQueue|-alerts|-logs", target) for target in touched)
    assert actions_on(resources, "Tick", "alerts") == {"dynamodb:GetItem"}
    assert actions_on(resources, "Tick", "logs") == {"dynamodb:PutItem"}


def test_every_function_logs_to_a_group_of_its_own_that_expires(
    template: dict[str, Any], resources: Resources, functions: Resources
) -> None:
    groups = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions.values()]
    assert len(set(groups)) == len(FUNCTIONS)
    assert all(resources[group]["Properties"]["RetentionInDays"] == 30 for group in groups)
    shared = template["Globals"]["Function"]["LoggingConfig"]
    assert shared == {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN"}


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
    assert functions["Ingress"]["Timeout"] < 29  # API Gateway gives up
    assert functions["APIHandler"]["Timeout"] < 29
    assert functions["Tick"]["Timeout"] < 60  # the next run


def test_a_call_to_aws_that_hangs_fails_before_the_function_that_made_it(functions: Resources) -> None:
    """So a brown-out ends in an answer and a log, not in a function that is cut off without a word."""
    for name, function in functions.items():
        assert function["Timeout"] > clients.LONGEST_CALL_SECONDS, name


def test_a_flood_of_webhooks_is_capped_only_where_the_account_allows_it(template: dict[str, Any]) -> None:
    assert template["Parameters"]["IngressConcurrency"]["Default"] == 0
    reserved = template["Resources"]["Ingress"]["Properties"]["ReservedConcurrentExecutions"]
    assert reserved == {"Fn::If": ["ReservesIngress", {"Ref": "IngressConcurrency"}, {"Ref": "AWS::NoValue"}]}


def test_every_name_in_the_environment_is_one_that_the_application_reads(template: dict[str, Any]) -> None:
    given = template["Globals"]["Function"]["Environment"]["Variables"]
    assert {name for name in given if name.endswith(("_TABLE", "_URL", "_BUCKET"))} == {
        *(f"{table.upper()}_TABLE" for table in TABLES),
        "WEBHOOKS_QUEUE_URL",
        "RETRIES_QUEUE_URL",
        "TASKS_QUEUE_URL",
        "REQUESTS_BUCKET",
    }
    assert all(set(value) <= {"Ref", "Fn::Sub"} for value in given.values())
