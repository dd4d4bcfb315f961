"""The policy that docs give a deployer is enough for every resource of the template, and names what it may touch.

Which actions a resource needs is read from CloudFormation's own schemas, which come with cfn-lint.
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import cfnlint
import pytest

from dev.docs import ROOT
from tests.infrastructure.conftest import Resources

POLICY = json.loads((ROOT / "docs" / "examples" / "deployer-policy.json").read_text())["Statement"]
SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
EXPANDED = {
    "AWS::Serverless::Function": (
        "AWS::Lambda::Function",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Permission",
        "AWS::Events::Rule",
    ),
    "AWS::Serverless::Api": ("AWS::ApiGateway::RestApi", "AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage"),
}
"""What SAM makes of its own types."""
UNUSED = re.compile(
    r"(ec2|elasticfilesystem|firehose|kinesis|kms|s3files|s3tables):"  # neighbours that the template does not use
    r"|dynamodb:(\w+Replica|ImportTable|\w*Item|Query|Scan|\w*Kinesis\w*|UpdateContributorInsights)"
    r"|dynamodb:(Put|Delete)ResourcePolicy"
    r"|iam:(Put|Delete)RolePermissionsBoundary|iam:CreateServiceLinkedRole"
    r"|lambda:\w*(CodeSigning|Layer|RuntimeAlias|CapacityProvider|ScalingConfig)\w*"
    r"|logs:(Create|Put)Log(Stream|Events)|logs:\w*(KmsKey|DataProtectionPolicy|BearerToken|DeletionProtection)\w*"
    r"|logs:(Put|Delete)IndexPolicy|logs:DeleteResourcePolicy|logs:DescribeLogStreams"
    r"|s3:\w*(Metadata\w*Table|ObjectLock|Abac|Acl|CORS|Cors|Website|Replication|Logging|Versioning)\w*"
    r"|s3:Put(Accelerate|Analytics|IntelligentTiering|Inventory|Metrics)Configuration"
    r"|s3:(DeleteObject|GetObjectMetadata|getObject|REST\.PUT\.OBJECT)"
    r"|ses:ReorderReceiptRuleSet|sns:PutDataProtectionPolicy"
    r"|\w+:(List(AllMyBuckets|Dashboards|Functions|Queues|Roles|Rules|Tables|Topics))"  # of `list`: not called for a stack
)
"""Actions of settings that the template does not make."""


def needed(kind: str) -> set[str]:
    """The actions that CloudFormation needs to make, read, change and remove a resource of a type."""
    places = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text())
    handlers = json.loads((SCHEMAS / "resources" / f"{places[kind]}.json").read_text())["handlers"]
    found = {action for handler in handlers.values() for action in handler["permissions"]}
    return {action for action in found if not UNUSED.match(action)}


def allowed(action: str) -> bool:
    return any(fnmatchcase(action, pattern) for statement in POLICY for pattern in listed(statement["Action"]))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_policy_is_enough_for_every_resource_of_the_template(resources: Resources) -> None:
    kinds = {resource["Type"] for resource in resources.values()}
    kinds = {part for kind in kinds for part in EXPANDED.get(kind, (kind,))}
    assert len(kinds) > 20
    lacking = {kind: sorted(action for action in needed(kind) if not allowed(action)) for kind in kinds}
    assert {kind: actions for kind, actions in lacking.items() if actions} == {}


def test_an_action_that_is_taken_away_is_missed() -> None:
    assert "sqs:CreateQueue" in needed("AWS::SQS::Queue")
    assert not allowed("sqs:ReceiveMessage")


@pytest.mark.parametrize("action", ["dynamodb:GetItem", "sqs:ReceiveMessage", "s3:DeleteObject", "lambda:InvokeFunction"])  # fmt: skip
def test_a_deployer_may_not_read_or_change_the_data(action: str) -> None:
    assert not allowed(action)


def test_the_policy_names_what_may_be_touched() -> None:
    for statement in POLICY:
        assert statement["Effect"] == "Allow"
        assert "*" not in listed(statement["Action"])
        named = all(re.search(r"signalbox-|/signalbox/|transform/|apigateway", target) for target in listed(statement["Resource"]))  # fmt: skip
        assert named or "Condition" in statement or statement["Sid"] == "WhatAwsDoesNotLimitToAName"
