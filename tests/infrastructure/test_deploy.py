"""A deployment's way through CloudFormation, played by a fake that answers from a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dev import deploy
from dev.stack import Stack, StackError

PARAMETERS = [{"ParameterKey": "AlarmEmail"}, {"ParameterKey": "Stage"}, {"ParameterKey": "Gone"}]


class Formation:
    """CloudFormation: `statuses` are the stack's states as they are asked for; the last one stays."""

    def __init__(self, *statuses: str | None, change: str = "CREATE_COMPLETE", reason: str = "") -> None:
        self.statuses, self.change, self.reason = list(statuses), change, reason
        self.calls: list[str] = []
        self.made: dict[str, Any] = {}
        self.events: list[dict[str, str]] = []

    def describe_stacks(self, **_: Any) -> Any:
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "it does not exist"}}, "DescribeStacks")
        outputs = [{"OutputKey": "BaseURL", "OutputValue": "https://x"}]
        return {"Stacks": [{"StackStatus": status, "Parameters": PARAMETERS, "Outputs": outputs}]}

    def create_change_set(self, **given: Any) -> Any:
        self.made = given
        return {"Id": "change"}

    def describe_change_set(self, **_: Any) -> Any:
        return {"Status": self.change, "StatusReason": self.reason}

    def execute_change_set(self, **_: Any) -> None:
        self.calls.append("execute")

    def delete_change_set(self, **_: Any) -> None:
        self.calls.append("delete change")

    def delete_stack(self, **_: Any) -> None:
        self.calls.append("delete stack")

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: Any) -> Any:
        return [{"StackEvents": self.events if "execute" in self.calls else []}]


def run(formation: Formation) -> list[str]:
    said: list[str] = []
    stack = Stack(formation, "signalbox-test", said.append, pause=0)
    stack.deploy("https://template", {"Stage": "test"}, ["Stage", "AlarmEmail"])
    assert stack.outputs() == {"BaseURL": "https://x"}
    return said


def test_a_new_stack_is_created() -> None:
    formation = Formation(None, "CREATE_COMPLETE")
    run(formation)
    assert formation.made["ChangeSetType"] == "CREATE"
    assert formation.made["Parameters"] == [{"ParameterKey": "Stage", "ParameterValue": "test"}]
    assert formation.calls == ["execute"]


def test_an_update_keeps_parameters_that_are_not_given_and_drops_those_that_are_gone() -> None:
    formation = Formation("CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
    run(formation)
    assert formation.made["ChangeSetType"] == "UPDATE"
    kept = {"ParameterKey": "AlarmEmail", "UsePreviousValue": True}
    assert formation.made["Parameters"] == [{"ParameterKey": "Stage", "ParameterValue": "test"}, kept]


def test_nothing_to_change_is_no_failure() -> None:
    formation = Formation(
        "UPDATE_COMPLETE", change="FAILED", reason="The submitted information didn't contain changes."
    )
    assert run(formation) == ["signalbox-test is up to date"]
    assert formation.calls == ["delete change"]


def test_a_refused_change_says_why() -> None:
    with pytest.raises(StackError, match="refused the change: Template error"):
        run(Formation("UPDATE_COMPLETE", change="FAILED", reason="Template error"))


def test_a_failure_names_the_resource_that_failed_first() -> None:
    formation = Formation("CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    names = {"ResourceStatus": "UPDATE_FAILED", "LogicalResourceId": "Tick"}
    formation.events = [
        {**names, "EventId": "2", "LogicalResourceId": "Other", "ResourceStatusReason": "Resource update cancelled"},
        {**names, "EventId": "1", "ResourceStatusReason": "no such role"},
    ]
    with pytest.raises(StackError, match=r"^signalbox-test is UPDATE_ROLLBACK_COMPLETE; Tick: no such role$"):
        run(formation)


def test_the_remains_of_a_failed_creation_are_removed_first() -> None:
    formation = Formation("ROLLBACK_COMPLETE", "DELETE_COMPLETE", "CREATE_COMPLETE")
    run(formation)
    assert formation.calls == ["delete stack", "execute"]
    assert formation.made["ChangeSetType"] == "CREATE"


def test_a_deployment_without_a_region_or_credentials_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with pytest.raises(StackError, match="set AWS_REGION"):
        deploy.session()
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with pytest.raises(StackError, match="no AWS credentials"):
        deploy.session()


class Account:
    """An AWS account of which only Lambda's limit is asked."""

    region_name = "eu-west-1"

    def __init__(self, unreserved: int, formation: Formation) -> None:
        self.unreserved, self.formation = unreserved, formation

    def client(self, service: str) -> Any:
        return self.formation if service == "cloudformation" else self

    def get_account_settings(self) -> Any:
        return {"AccountLimit": {"UnreservedConcurrentExecutions": self.unreserved}}


def deployed(monkeypatch: pytest.MonkeyPatch, unreserved: int, formation: Formation, **given: str) -> list[Any]:
    """The parameters of each change set that a deployment makes."""
    made: list[Any] = []
    make = formation.create_change_set

    def create_change_set(**arguments: Any) -> Any:
        made.append({value["ParameterKey"]: value.get("ParameterValue") for value in arguments["Parameters"]})
        return make(**arguments)

    monkeypatch.setattr(formation, "create_change_set", create_change_set)
    monkeypatch.setattr(deploy, "_artifacts_bucket", lambda aws: "bucket")
    monkeypatch.setattr(deploy, "_upload", lambda *_: "https://template")
    deploy.deploy(Account(unreserved, formation), "test", Path(), given, say=lambda _: None, pause=0)
    return made


def test_a_new_stack_protects_its_tables_once_its_creation_can_fail_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    made = deployed(monkeypatch, 1000, Formation(None, None, "CREATE_COMPLETE"))
    assert [change["DeletionProtection"] for change in made] == ["off", "on"]


def test_every_deployment_protects_the_tables_unless_it_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    made = deployed(monkeypatch, 1000, Formation("UPDATE_COMPLETE"))
    assert [change["DeletionProtection"] for change in made] == ["on"]
    made = deployed(monkeypatch, 1000, Formation("UPDATE_COMPLETE"), DeletionProtection="off")
    assert [change["DeletionProtection"] for change in made] == ["off"]


@pytest.mark.parametrize(("unreserved", "reserved"), [(10, "0"), (100, "0"), (249, "0"), (250, "50"), (1000, "50")])
def test_a_new_stack_reserves_executions_for_webhooks_where_there_are_some_to_spare(
    monkeypatch: pytest.MonkeyPatch, unreserved: int, reserved: str
) -> None:
    made = deployed(monkeypatch, unreserved, Formation(None, None, "CREATE_COMPLETE"))
    assert {change["IngressConcurrency"] for change in made} == {reserved}
    made = deployed(monkeypatch, unreserved, Formation(None, None, "CREATE_COMPLETE"), IngressConcurrency="7")
    assert {change["IngressConcurrency"] for change in made} == {"7"}


def test_an_update_leaves_the_reserved_executions_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    (change,) = deployed(monkeypatch, 1000, Formation("UPDATE_COMPLETE"))
    assert "IngressConcurrency" not in change


def test_what_comes_next_depends_on_what_was_deployed() -> None:
    plain = deploy.next_steps({"BaseURL": "https://x/live"}, {}, "prod")
    assert "https://x/live/api/v4/health" in plain
    assert "DNS" not in plain
    assert "nobody is told" in plain
    outputs = {"BaseURL": "https://a.example.com", "DomainTarget": "d.aws", "MailServer": "in.aws", "MailRules": "r"}
    given = {"DomainName": "a.example.com", "EmailDomain": "in.example.com", "AlarmEmail": "ops@example.com"}
    full = deploy.next_steps(outputs, given, "prod")
    assert "CNAME a.example.com -> d.aws" in full
    assert "MX in.example.com -> 10 in.aws" in full
    assert "confirm the subscription mailed to ops@example.com" in full
    told_before = {"BaseURL": "https://x", "AlarmTopic": "arn:aws:sns:eu-west-1:1:alarms"}
    assert "Alarms" not in deploy.next_steps(told_before, {}, "prod")
