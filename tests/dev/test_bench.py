"""The bench counts calls and units as AWS bills them, and the counts, which unlike times never vary, meet their goals."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import pytest

from dev.bench import costs, parts
from dev.bench.aws import Call, Replay, dump, load
from dev.bench.figures import Figure, at_least, at_most, in_turn, line, ratio
from dev.bench.scene import Scene
from dev.bench.units import Index, item_size, read_units, writes_by_partition, writes_of
from dev.bench.way import CALL_GOALS

ROOT = Path(__file__).parents[2]
INDEXES = [Index("by_account", ("account", "id")), Index("by_status", ("status", "id"), ("text",))]
ROW = {"id": {"S": "1"}, "status": {"S": "a"}}
COUNT = """
import json
from dev.bench.aws import dump
from dev.bench.scene import record
scene = record()
print(json.dumps({"ingest": dump(scene.ingest), "cached": dump(scene.cached),
                  **{step: dump(calls) for step, calls in scene.worker.items()}}))
"""


def run(code: str) -> str:
    """What a fresh interpreter prints: the bench sets up an AWS of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def counted() -> dict[str, list[Call]]:
    """The calls of each step of the scene, as counted on moto."""
    return {name: load(calls) for name, calls in json.loads(run(COUNT)).items()}


def client() -> Any:
    return boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="y")


def test_a_webhook_costs_one_call_once_its_integration_is_known(counted: dict[str, list[Call]]) -> None:
    assert [call.operation for call in counted["ingest"]] == ["GetItem", "SendMessage"]
    assert [call.operation for call in counted["cached"]] == ["SendMessage"]


@pytest.mark.parametrize("step", CALL_GOALS)
def test_the_worker_stays_within_its_calls(counted: dict[str, list[Call]], step: str) -> None:
    calls = counted[step]
    assert 0 < len(calls) <= CALL_GOALS[step]
    assert calls[-1].operation == "TransactWriteItems"
    assert calls[-1].writes > 0 and calls[-1].bytes_written == len(calls[-1].sent)
    assert calls[0].reads == 1 and calls[0].writes == calls[0].bytes_written == 0


def test_importing_the_app_imports_no_adapter_nor_what_only_the_api_and_the_worker_need() -> None:
    loaded = set(json.loads(run("import app, json, sys; print(json.dumps(list(sys.modules)))")))
    assert not [name for name in loaded if name.startswith("chalicelib.adapters.tools")]
    assert not loaded & {"pydantic", "re2", "yaml", "nh3", "cryptography", "boto3", "chalicelib.routing.route"}


def test_an_item_weighs_its_names_and_values() -> None:
    assert item_size({"pk": {"S": "né"}, "n": {"N": "1234"}, "b": {"B": b"123"}, "t": {"BOOL": True}}) == 5 + 4 + 4 + 2


@pytest.mark.parametrize(
    ("before", "after", "transaction", "units"),
    [
        ({}, {"pk": {"S": "x"}}, False, 1),
        ({}, {"pk": {"S": "x" * 1022}}, False, 1),
        ({}, {"pk": {"S": "x" * 1023}}, False, 2),
        ({}, {"pk": {"S": "x" * 1023}}, True, 4),
        ({"pk": {"S": "x" * 2047}}, {}, False, 3),  # the larger image counts
        ({}, {"id": {"S": "1"}, "account": {"S": "a"}}, False, 1 + 1),  # appears in one index
        ({"id": {"S": "1"}, "status": {"S": "a"}}, {"id": {"S": "1"}, "status": {"S": "b"}}, True, 2 + 2),  # moves
        ({"id": {"S": "1"}, "status": {"S": "a"}}, {"id": {"S": "1"}, "status": {"S": "a"}}, False, 1),  # stays
        ({**ROW, "text": {"S": "x"}}, {**ROW, "text": {"S": "y"}}, False, 1 + 1),  # changes what an index holds
        ({**ROW, "note": {"S": "x"}}, {**ROW, "note": {"S": "y"}}, False, 1),  # and what none holds
    ],
)
def test_a_write_is_billed_by_size_transaction_and_index(
    before: Any, after: Any, transaction: bool, units: int
) -> None:
    assert sum(writes_by_partition(before, after, ["pk"], INDEXES, transaction).values()) == units


def test_a_read_is_billed_by_size_and_consistency() -> None:
    large = {"Item": {"pk": {"S": "x" * 4095}}}
    assert read_units("GetItem", {}, {}) == 0.5
    assert read_units("GetItem", {"ConsistentRead": True}, large) == 2
    keys = {"RequestItems": {"t": {"Keys": [{}, {}, {}]}}}
    assert read_units("BatchGetItem", keys, {"Responses": {"t": [large["Item"]]}}) == 2 + 2
    assert read_units("Query", {}, {"Items": [large["Item"], large["Item"]]}) == 1.5
    assert read_units("PutItem", {}, {}) == 0


def test_a_transaction_is_its_single_writes() -> None:
    sent = {"TransactItems": [{"Put": {"TableName": "a"}}, {"Update": {"TableName": "b"}}]}
    assert writes_of("TransactWriteItems", sent) == [("Put", {"TableName": "a"}), ("Update", {"TableName": "b"})]
    assert writes_of("DeleteItem", {"TableName": "a"}) == [("Delete", {"TableName": "a"})]
    assert writes_of("Query", {}) == []


def test_a_replay_answers_what_was_recorded_and_refuses_the_rest() -> None:
    sqs = client()
    recorded = Call("SendMessage", "anything", '{"MessageId": "m-1"}', {"content-type": "application/x-amz-json-1.0"})
    Replay([sqs]).play(load(dump([recorded])))
    assert sqs.send_message(QueueUrl="https://sqs.us-east-1.amazonaws.com/1/q", MessageBody="b")["MessageId"] == "m-1"
    with pytest.raises(LookupError, match="ListQueues was not recorded"):
        sqs.list_queues()


def test_pairs_are_timed_in_turn() -> None:
    called: list[str] = []
    rounds = in_turn([lambda: called.append("a"), lambda: called.append("b")], rounds=2, times=1)
    assert called == ["a", "b"] * 3  # the first are to warm up
    assert len(rounds) == 2
    assert ratio([(2.0, 1.0), (9.0, 3.0), (8.0, 2.0)]) == 3


def test_a_figure_stands_beside_its_goal() -> None:
    assert line(at_most("speed", 1.2, 1.5, "x", "1 us")).split() == ["speed", "1.20x", "(1", "us)", "<=", "1.5x", "met"]
    assert line(at_least("speed", 0.4, 0.5, "x")).endswith("MISSED")
    assert line(Figure("size", "3 MB")).split() == ["size", "3", "MB"]


def test_without_node_our_speed_is_shown_and_how_to_get_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts.shutil, "which", lambda name: None)
    monkeypatch.setattr(parts, "_SECONDS", 0.001)
    figures = parts.rules()
    assert all("npm install --prefix dev/sift" in figure.value and figure.met is None for figure in figures[:-1])


def test_a_webhook_costs_what_its_calls_and_time_cost() -> None:
    scene = Scene(
        cached=[Call("SendMessage", "")], worker={"create": [Call("PutItem", "{}", partitions=Counter(pk=10), reads=2)]}
    )
    cost = costs.of_step(scene, "create", 0.001, 0.001)
    assert cost.database == pytest.approx(10 * 0.625e-6 + 2 * 0.125e-6)
    assert cost.queue == pytest.approx(3 * 0.4e-6)
    assert cost.functions == pytest.approx(2 * (0.2e-6 + (0.001 * 1769 / 1024 + 0.008) * 16.6667e-6))
    assert cost.total == pytest.approx(1.0e-6 + 660e-9 * 0.5 + cost.database + cost.queue + cost.functions)
