"""Tables, queues and the bucket: recoverable, private, and with a place for what fails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infrastructure.conftest import Resources, of_type

TABLES = {
    "ConfigurationTable": (["pk", "sk"], {}),
    "AlertsTable": (
        ["pk", "sk"],
        {
            "by_account": ["account", "id"],
            "by_status": ["account_status", "id"],
            "by_parent": ["parent", "id"],
            "by_thirdparty": ["thirdparty", "id"],
            "live": ["live", "id"],
        },
    ),
    "LogsTable": (["pk"], {"by_account": ["account", "id"], "by_owner": ["parent", "id"], "by_flag": ["flag", "id"]}),
    "TimersTable": (["pk", "sk"], {}),
    "CountersTable": (["pk"], {}),
}
PROJECTED = {
    "AlertsTable": {
        "by_account": ["urgency", "parent", "receivers", "search", "tiny_id"],
        "live": ["account_status", "parent", "receivers", "search", "tiny_id"],
    },
    "LogsTable": {"by_account": ["action", "parent"], "by_owner": ["action"], "by_flag": ["action", "parent"]},
}
"""What indexes hold besides keys: lists filter by it."""

QUEUES = {
    "WebhooksQueue": "WebhooksDeadLetters",
    "RetriesQueue": "WebhooksDeadLetters",
    "TasksQueue": "TasksDeadLetters",
}
RECEIVES = {"WebhooksQueue": 5, "RetriesQueue": 4, "TasksQueue": 5}
"""How often a queue delivers a message; what is in the queue of retries was delivered once before."""
FOURTEEN_DAYS = 14 * 86_400


def keys(schema: list[dict[str, str]]) -> list[str]:
    assert [part["KeyType"] for part in schema] == ["HASH", "RANGE"][: len(schema)]
    return [part["AttributeName"] for part in schema]


def test_these_are_the_tables_and_queues(resources: Resources) -> None:
    assert set(of_type(resources, "AWS::DynamoDB::Table")) == set(TABLES)
    assert set(of_type(resources, "AWS::SQS::Queue")) == {*QUEUES.keys(), *QUEUES.values()}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_keys_and_indexes(resources: Resources, name: str) -> None:
    table, (key, indexes) = resources[name]["Properties"], TABLES[name]
    found = table.get("GlobalSecondaryIndexes", [])
    assert keys(table["KeySchema"]) == key
    assert {index["IndexName"]: keys(index["KeySchema"]) for index in found} == indexes
    projected = {index["IndexName"]: index["Projection"].get("NonKeyAttributes", []) for index in found}
    assert {name: more for name, more in projected.items() if more} == PROJECTED.get(name, {})
    declared = {attribute["AttributeName"] for attribute in table["AttributeDefinitions"]}
    assert declared == {*key, *(part for index in indexes.values() for part in index)}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_survives_mistakes(resources: Resources, name: str) -> None:
    table = resources[name]
    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["DeletionProtectionEnabled"] == {"Fn::If": ["ProtectsTables", True, False]}
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"ConfigurationTable"}))
def test_what_grows_without_bound_expires(resources: Resources, name: str) -> None:
    expiry = resources[name]["Properties"]["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "expires_at", "Enabled": True}


def test_the_configuration_does_not_expire(resources: Resources) -> None:
    assert "TimeToLiveSpecification" not in resources["ConfigurationTable"]["Properties"]


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_moves_what_fails_again_and_again_to_its_dead_letters(resources: Resources, name: str) -> None:
    dead = QUEUES[name]
    redrive = resources[name]["Properties"]["RedrivePolicy"]
    assert redrive == {"deadLetterTargetArn": {"Fn::GetAtt": [dead, "Arn"]}, "maxReceiveCount": RECEIVES[name]}
    allowed = resources[dead]["Properties"]["RedriveAllowPolicy"]
    queue_name = resources[name]["Properties"]["QueueName"]["Fn::Sub"]
    assert allowed["redrivePermission"] == "byQueue"
    assert queue_name in [arn["Fn::Sub"].split(":")[-1] for arn in allowed["sourceQueueArns"]]


@pytest.mark.parametrize("name", sorted({*QUEUES.keys(), *QUEUES.values()}))
def test_a_queue_is_encrypted_and_keeps_messages_for_fourteen_days(resources: Resources, name: str) -> None:
    queue = resources[name]["Properties"]
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == FOURTEEN_DAYS
    assert queue["MaximumMessageSize"] == 1024 * 1024


@pytest.mark.parametrize("name", [f"{queue}Policy" for queue in QUEUES] + ["RequestsBucketPolicy"])
def test_queues_and_the_bucket_speak_tls_only(resources: Resources, name: str) -> None:
    first = resources[name]["Properties"]["PolicyDocument"]["Statement"][0]
    assert (first["Effect"], first["Principal"]) == ("Deny", "*")
    assert first["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_bucket_is_private_encrypted_and_forgets(resources: Resources) -> None:
    bucket = resources["RequestsBucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", {"Ref": "LogRetentionDays"})


def test_what_lies_in_the_bucket_outlives_the_message_that_points_to_it(template: dict[str, Any]) -> None:
    """A dead letter is kept for 14 days, and can be redriven on the last."""
    assert template["Parameters"]["LogRetentionDays"]["MinValue"] * 86_400 > FOURTEEN_DAYS
    assert (
        template["Parameters"]["LogRetentionDays"]["Default"] >= template["Parameters"]["LogRetentionDays"]["MinValue"]
    )


def test_tables_are_protected_unless_a_deployment_says_otherwise(template: dict[str, Any]) -> None:
    assert template["Parameters"]["DeletionProtection"]["Default"] == "on"


def test_mail_is_received_only_when_a_domain_is_given(template: dict[str, Any], resources: Resources) -> None:
    assert template["Parameters"]["EmailDomain"]["Default"] == ""
    assert resources["MailRule"]["Condition"] == resources["MailRules"]["Condition"] == "ReceivesEmail"
    conditional, _, otherwise = resources["RequestsBucket"]["Properties"]["NotificationConfiguration"]["Fn::If"]
    assert (conditional, otherwise) == ("ReceivesEmail", {"Ref": "AWS::NoValue"})
