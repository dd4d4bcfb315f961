"""Restores the five tables to one instant, beside the old ones: `signalbox restore --stage S --at TIME`.

The new tables have a suffix to their names, and the service goes on with the old ones until a deployment names it.
Restoring takes DynamoDB minutes to hours. When this is interrupted, run it again: it goes on.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dev import deploy, template
from dev.stack import Say, Stack, StackError

TABLES = ("configuration", "alerts", "logs", "timers", "counters")
PAUSE_SECONDS = 10.0
Wait = Callable[[float], object]


def restore(database: Any, stage: str, current: str, suffix: str, at: datetime | None, say: Say, wait: Wait) -> None:
    """Restore the tables with the suffix `current` to the instant `at`, as tables with the suffix `suffix`; without an
    instant, to the latest that DynamoDB offers. What it does not restore is set up: expiry, recovery, protection."""
    pairs = [(f"signalbox-{stage}-{table}{current}", f"signalbox-{stage}-{table}{suffix}") for table in TABLES]
    for source, target in pairs:
        _begin(database, source, target, at, say)
    for source, target in pairs:
        while database.describe_table(TableName=target)["Table"]["TableStatus"] != "ACTIVE":
            wait(PAUSE_SECONDS)
        _complete(database, source, target)
        say(f"{target} is ready")


def _begin(database: Any, source: str, target: str, at: datetime | None, say: Say) -> None:
    when = {"RestoreDateTime": at} if at else {"UseLatestRestorableTime": True}
    try:
        database.restore_table_to_point_in_time(SourceTableName=source, TargetTableName=target, **when)
    except database.exceptions.TableAlreadyExistsException:
        say(f"{target} is there already")
    else:
        say(f"{target} is being restored from {source}")


def _complete(database: Any, source: str, target: str) -> None:
    """Set up what DynamoDB does not restore. Each setting is made once: a second time it would be refused."""
    expiry = database.describe_time_to_live(TableName=source)["TimeToLiveDescription"].get("AttributeName")
    if expiry and "AttributeName" not in database.describe_time_to_live(TableName=target)["TimeToLiveDescription"]:
        settings = {"Enabled": True, "AttributeName": expiry}
        database.update_time_to_live(TableName=target, TimeToLiveSpecification=settings)
    recovery = {"PointInTimeRecoveryEnabled": True}
    database.update_continuous_backups(TableName=target, PointInTimeRecoverySpecification=recovery)
    if not database.describe_table(TableName=target)["Table"].get("DeletionProtectionEnabled"):
        database.update_table(TableName=target, DeletionProtectionEnabled=True)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a time such as 2026-03-02T09:00:00Z") from None
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError("must name its time zone, such as Z for UTC")
    return instant.astimezone(UTC)


def _suffix(text: str) -> str:
    """Refuses what the deployment would refuse hours later."""
    pattern = template.read_folder()["Parameters"]["RestoredTables"]["AllowedPattern"]
    if not re.fullmatch(pattern, text):
        raise argparse.ArgumentTypeError(f"must match {pattern}")
    return text


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="signalbox restore", description="Restore a stage's tables to one instant, under new names."
    )
    parser.add_argument("--stage", required=True, help="name of the deployment, such as prod")
    parser.add_argument("--at", type=_instant, help="the instant, such as 2026-03-02T09:00:00Z (default: the latest)")
    about = "of the new tables' names, such as .try2 (default: made of the instant); '' for the stack's own names"
    parser.add_argument("--suffix", type=_suffix, help=about)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _arguments(arguments)
    suffix = given.suffix
    if suffix is None:
        suffix = f".{given.at or datetime.now(UTC):%Y%m%dT%H%M%S}"
    try:
        aws = deploy.session()
        used = Stack(aws.client("cloudformation"), f"signalbox-{given.stage}", print, 0).outputs()
        if "ConfigurationTable" not in used:
            raise StackError(f"there is no stack signalbox-{given.stage} in {aws.region_name}")
        current = used["ConfigurationTable"].removeprefix(f"signalbox-{given.stage}-configuration")
        restore(aws.client("dynamodb"), given.stage, current, suffix, given.at, print, time.sleep)
    except (StackError, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\nUse them: make deploy STAGE={given.stage} ARGS='--restored-tables \"{suffix}\"'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
