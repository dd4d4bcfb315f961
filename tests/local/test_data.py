"""What a folder keeps: all of tables, queues and objects, whole after a crash; and what it says when it cannot."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dev.local import aws, data, state
from tests.local.conftest import COMMAND, ROOT, TOKEN, environment, started, until

LARGE = random.Random(1).randbytes(400_000).hex()
"""Too large for a message, however it is compressed."""


@pytest.fixture
def changes(world: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[state.Changes]:
    """Of a world that is empty but for its account, listening to moto for the time of the test."""
    from moto.dynamodb.models import DynamoDBBackend

    for name in ("put_item", "update_item", "delete_item"):
        monkeypatch.setattr(DynamoDBBackend, name, getattr(DynamoDBBackend, name))
    empty_buckets()
    yield state.Changes()
    empty_buckets()


def empty_buckets() -> None:
    for bucket in aws.buckets():
        for name in list(bucket.keys):
            bucket.keys.pop(name)


def empty() -> None:
    for table in aws.tables().values():
        table.items.clear()
    for queue in aws.queues().values():
        queue._messages.clear()
    empty_buckets()


def held() -> Any:
    """All that the local AWS holds and that can be asked of it."""
    items = {name: sorted(str(item) for item in table.all_items()) for name, table in aws.tables().items()}
    messages = {
        name: [(each.id, each.body, each.group_id, each.delayed_until, each.sent_timestamp) for each in queue._messages]
        for name, queue in aws.queues().items()
    }
    objects = {(bucket.name, name): each.value for bucket in aws.buckets() for name, each in bucket.keys.items()}
    return items, messages, objects


def use(world: Any) -> None:
    """Something of everything: alerts, a request that is large, messages that wait, are delayed, or failed."""
    integration = world.integration(option_auto_resolve_timeout="15m")
    world.send(integration, {"event_type": "create", "Id": "a", "Title": "A"})
    world.send(integration, {"event_type": "create", "Id": "b", "Title": "B", "Description": LARGE})
    world.send(integration, {"event_type": "resolve", "Id": "a"})
    for name in ("waits", "failed"):
        world.hook(integration, {"event_type": "create", "Id": name, "Title": name})
    world.sqs.receive_message(QueueUrl=os.environ["WEBHOOKS_QUEUE_URL"], MaxNumberOfMessages=1)


def put_back(*rows: state.Rows) -> None:
    """Empty the local AWS, and put back what was taken one after the other."""
    merged = {place: content for each in rows for place, content in each.items()}
    empty()
    state.put_back([(place, content) for place, content in merged.items() if content is not None])


def whole(changes: state.Changes) -> state.Rows:
    """All items, those too that were there before changes were listened to."""
    for table in aws.tables().values():
        changes._items |= {(table, item.hash_key, item.range_key) for item in table.all_items()}
    return changes.take()


def test_all_that_changed_is_put_back_as_it_was(world: Any, changes: state.Changes) -> None:
    before_use = whole(changes)
    use(world)
    before = held()
    assert all(any(kind.values()) for kind in before)
    put_back(before_use, changes.take())
    assert held() == before


def test_only_what_changed_since_the_last_time_is_taken(world: Any, changes: state.Changes) -> None:
    use(world)
    assert changes.take()
    assert changes.take() == {}
    team = world.team("New")
    keys = [json.loads(content or b"").get("sk", {}).get("S") for content in changes.take().values()]
    assert team["prefix_id"] in keys  # beside what lists it, counts it and tells of it
    assert len(keys) <= 6
    world.ok("DELETE", f"/teams/{team['id']}")
    assert None in changes.take().values()
    world.deliver()
    gone = [place for place, content in changes.take().items() if content is None]
    assert any(resource.startswith("queue ") for resource, _ in gone)


def test_a_message_counts_its_receives_on(world: Any, changes: state.Changes) -> None:
    use(world)
    put_back(changes.take())
    counts = [message.approximate_receive_count for message in aws.queues()["signalbox-test-webhooks"]._messages]
    assert sorted(counts) == [0, 1]
    assert len(world.messages()) == 2  # nobody works on the one that was received


@pytest.mark.parametrize("moment", ["_changed_items", "_changed_objects"])
def test_what_is_processed_while_it_is_taken_is_never_lost(
    world: Any, changes: state.Changes, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The request is either still on the queue, or what it did is in the tables; or both, and then it counts once."""
    integration = world.integration()
    assert (
        world.hook(integration, {"event_type": "create", "Id": "a", "Title": "A", "Description": LARGE}).status == 200
    )
    rows = whole(changes)
    take: Callable[[], state.Rows] = getattr(changes, moment)

    def take_after_all_is_done() -> state.Rows:
        world.deliver()
        empty_buckets()
        return take()

    monkeypatch.setattr(changes, moment, take_after_all_is_done)
    put_back(rows, changes.take())
    world.deliver()
    assert [(alert["title"], alert["dedup_count"]) for alert in world.alerts()] == [("A", 0)]


def test_an_object_that_is_gone_is_forgotten_the_time_after(world: Any, changes: state.Changes) -> None:
    use(world)
    stored = {place for place in changes.take() if place[0].startswith("bucket ")}
    assert stored
    empty_buckets()
    assert not stored & changes.take().keys()
    assert stored <= {place for place, content in changes.take().items() if content is None}
    assert changes.take() == {}


def test_rows_of_a_resource_that_is_not_there_are_refused() -> None:
    with pytest.raises(state.Unknown, match="table of-another-time"):
        state.put_back([(("table of-another-time", "x"), b"{}")])


def test_a_folder_keeps_rows_and_forgets_them(tmp_path: Path) -> None:
    folder = data.Folder(tmp_path / "new" / "folder")
    folder.write({("a", "1"): b"one", ("a", "2"): b"two"} | data.note("name", b"noted"))
    folder.write({("a", "1"): None, ("a", "2"): b"2"})
    folder.close()
    assert (tmp_path / "new" / "folder" / data.NAME).stat().st_mode & 0o077 == 0
    again = data.Folder(tmp_path / "new" / "folder")
    assert again.noted("name") == b"noted"
    assert again._base.execute("SELECT * FROM held WHERE resource = 'a'").fetchall() == [("a", "2", b"2")]
    again.close()


def test_a_write_that_fails_changes_nothing(tmp_path: Path) -> None:
    folder = data.Folder(tmp_path)
    with pytest.raises(sqlite3.Error):
        folder.write({("a", "1"): b"one", ("a", "2"): object()})  # type: ignore[dict-item]
    folder.write({("b", "1"): b"after"})
    assert folder._base.execute("SELECT resource FROM held WHERE resource <> 'notes'").fetchall() == [("b",)]
    folder.close()


def refusal(folder: Path) -> str:
    """What the service says of a folder that it cannot use."""
    command = [*COMMAND, "--data", str(folder)]
    found = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=30)
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1, found.stderr
    return found.stderr


def test_a_folder_in_use_is_told(tmp_path: Path) -> None:
    folder = data.Folder(tmp_path)
    assert "is in use: another Signalbox runs on it" in refusal(tmp_path)
    folder.close()


def test_a_damaged_folder_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / data.NAME).write_bytes(b"no database at all " * 1000)
    assert f"{tmp_path / data.NAME} cannot be used: file is not a database; move it away" in refusal(tmp_path)
    assert (tmp_path / data.NAME).read_bytes().startswith(b"no database at all")


def test_a_folder_with_damaged_content_is_told(tmp_path: Path) -> None:
    folder = data.Folder(tmp_path)
    folder.write({("table signalbox-local-alerts", "x"): b'{"pk": '})
    folder.close()
    assert "cannot be used: " in refusal(tmp_path)


def test_a_folder_of_another_version_is_told(tmp_path: Path) -> None:
    folder = data.Folder(tmp_path)
    folder.write(data.note("format", b"0"))
    folder.close()
    assert "was written by another version of Signalbox" in refusal(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "cannot be used: " in refusal(tmp_path / "file")


def test_a_restart_finds_all_of_it_after_a_stop_and_after_a_crash(tmp_path: Path) -> None:
    folder = tmp_path / "kept"

    def create(service: Any, name: str) -> None:
        body = json.dumps({"event_type": "create", "Id": name, "Title": name})
        service.http("POST", service.example, body, Content_Type="application/json")
        until(lambda: name in service.titles())

    with started(tmp_path, DATA=str(folder)) as service:
        first = service.example
        create(service, "before a stop")
        team = service.team("Kept")
    with started(tmp_path, DATA=str(folder)) as service:
        assert service.example == first
        assert service.api("GET", f"/teams/{team['id']}") == team
        assert service.titles() == {"before a stop"}
        written = (folder / f"{data.NAME}-wal").stat().st_size
        create(service, "before a crash")
        until(lambda: (folder / f"{data.NAME}-wal").stat().st_size > written)
        written = (folder / f"{data.NAME}-wal").stat().st_size
        service.team("Marks what is written after the alert")
        until(lambda: (folder / f"{data.NAME}-wal").stat().st_size > written)
        service.process.kill()
    with started(tmp_path, DATA=str(folder), SIGNALBOX_LOCAL_TOKEN="another-token-of-tests") as service:
        for token in (TOKEN, "another-token-of-tests"):
            teams = service.api("GET", "/teams?limit=100", token=token)["data"]
            assert {found["name"] for found in teams} >= {"Kept", "Operations"}
        assert service.titles() == {"before a stop", "before a crash"}
        create(service, "after it")
        assert service.api("GET", "/alerts")["total_count"] == 3
