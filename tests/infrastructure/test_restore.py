"""Restoring makes five tables of one instant that are set up as those before, and goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from dev import restore
from dev.local import aws

STAGE = "restored"


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """DynamoDB with the tables of a stage."""
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        database = boto3.client("dynamodb")
        if f"signalbox-{STAGE}-alerts" not in database.list_tables()["TableNames"]:
            aws.deploy_resources(STAGE)
        for table in ("alerts", "logs", "timers", "counters"):  # moto's CloudFormation leaves it out
            expiry = {"Enabled": True, "AttributeName": "expires_at"}
            database.update_time_to_live(TableName=f"signalbox-{STAGE}-{table}", TimeToLiveSpecification=expiry)
        yield database
        for table in database.list_tables()["TableNames"]:
            if table.startswith(f"signalbox-{STAGE}-") and "." in table:  # of another test there is nothing left
                database.update_table(TableName=table, DeletionProtectionEnabled=False)
                database.delete_table(TableName=table)


def run(database: Any, suffix: str, current: str = "") -> list[str]:
    said: list[str] = []
    restore.restore(database, STAGE, current, suffix, None, said.append, lambda _: None)
    return said


def described(database: Any, table: str) -> dict[str, Any]:
    found = database.describe_table(TableName=table)["Table"]
    expiry = database.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    backups = database.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    return {
        "keys": found["KeySchema"],
        "indexes": sorted(index["IndexName"] for index in found.get("GlobalSecondaryIndexes", [])),
        "expiry": expiry.get("AttributeName"),
        "recovery": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        "protected": found["DeletionProtectionEnabled"],
    }


def test_restored_tables_hold_what_the_old_ones_held_and_are_set_up_as_they_are(database: Any) -> None:
    database.put_item(TableName=f"signalbox-{STAGE}-counters", Item={"pk": {"S": "tiny"}, "value": {"N": "7"}})
    said = run(database, ".r1")
    found = database.get_item(TableName=f"signalbox-{STAGE}-counters.r1", Key={"pk": {"S": "tiny"}})
    assert found["Item"]["value"] == {"N": "7"}
    for table in restore.TABLES:
        restored = described(database, f"signalbox-{STAGE}-{table}.r1")
        assert restored == {
            **described(database, f"signalbox-{STAGE}-{table}"),
            "recovery": "ENABLED",
            "protected": True,
        }
        assert f"signalbox-{STAGE}-{table}.r1 is ready" in said


def test_an_interrupted_restore_goes_on_when_it_is_run_again(database: Any) -> None:
    latest = {"UseLatestRestorableTime": True}
    names = {"SourceTableName": f"signalbox-{STAGE}-alerts", "TargetTableName": f"signalbox-{STAGE}-alerts.r1"}
    database.restore_table_to_point_in_time(**names, **latest)
    assert f"signalbox-{STAGE}-alerts.r1 is there already" in run(database, ".r1")
    assert run(database, ".r1").count(f"signalbox-{STAGE}-alerts.r1 is there already") == 1
    assert described(database, f"signalbox-{STAGE}-alerts.r1")["expiry"] == "expires_at"


def test_what_was_restored_can_be_restored_again(database: Any) -> None:
    run(database, ".r1")
    database.put_item(TableName=f"signalbox-{STAGE}-counters.r1", Item={"pk": {"S": "later"}})
    run(database, ".r2", current=".r1")
    assert database.get_item(TableName=f"signalbox-{STAGE}-counters.r2", Key={"pk": {"S": "later"}})["Item"]


@pytest.mark.parametrize("text", ["yesterday", "2026-03-02T09:00:00", ""])
def test_an_instant_that_is_none_or_has_no_zone_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        restore.main(["--stage", "test", "--at", text])
    assert "argument --at: must" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", ["r1", "-r1", ".", ".a/b", "." + "x" * 61])
def test_a_suffix_that_a_deployment_would_refuse_is_refused_before(
    suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        restore.main(["--stage", "test", f"--suffix={suffix}"])
    assert "argument --suffix: must match" in capsys.readouterr().err
