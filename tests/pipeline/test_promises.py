"""The promises P1 to P7: nothing is lost, nothing doubled, order of receipt decides. Races run call by call."""

from __future__ import annotations

import itertools
import json
import os
import random
from operator import itemgetter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib import ids
from chalicelib.adapters.kit.request import Request
from chalicelib.intake.envelope import seal
from chalicelib.storage import alerts, dynamo, messages, threads
from dev.local import aws
from tests.interleaving import run_interleaved

INTERLEAVINGS = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
schedules = st.lists(st.integers(0, 5), min_size=4, max_size=24)
_numbers = itertools.count()


def fresh_key():
    """A key that no other example has used, in empty tables: what is stored is looked up by reading them whole."""
    tables = dynamodb_backends[DEFAULT_ACCOUNT_ID][aws.REGION].tables
    for variable in ("ALERTS_TABLE", "LOGS_TABLE"):
        tables[os.environ[variable]].items.clear()
    return f"key-{next(_numbers)}"


def body(event: str, key: str, **more):
    return {"event_type": event, "Id": key, "Title": f"Problem {key}", **more}


@pytest.fixture
def integration(world):
    return world.integration(option_rate_limit=60_000)


def received(world, integration, bodies):
    """The queue records of webhooks received in this order, as ingress makes them."""
    return [record_of(world, integration, sent) for sent in bodies]


def record_of(world, integration, sent):
    stamp = ids.new(world.now)
    content = json.dumps(sent).encode()
    request = Request(headers={"content-type": "application/json"}, body=content, id=stamp, received_at=world.now)
    return {
        "messageId": stamp,
        "body": messages.pack(seal(integration, request), stamp),
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def one_batch_each(world, records):
    return [lambda record=record: world.process([record]) for record in records]


def stored_alerts(key):
    """Every alert stored with a thirdparty_id, oldest first: straight from the table, which is quick."""
    found = {alert["prefix_id"]: alert for alert in world_alerts() if alert["thirdparty_id"].startswith(key)}
    return sorted(threads.counted(found).values(), key=itemgetter("id"))


def world_alerts():
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID][aws.REGION].tables[os.environ["ALERTS_TABLE"]]
    for rows in table.items.values():
        for sk, item in rows.items():
            if sk.value == "alert":
                yield alerts._alert(dynamo.unmarshal_item(item.to_json()["Attributes"]))


# P1: 200 is answered only after the request is durably queued.


def test_p1_a_request_that_cannot_be_queued_is_not_answered_200(world, integration, monkeypatch):
    def broken(*arguments, **named):
        raise ConnectionError("the queue does not answer")

    monkeypatch.setattr(messages, "send", broken)
    answer = world.hook(integration, body("create", "1"))
    assert answer.status == 500
    assert answer.json == {"errors": [{"message": "an internal error occurred"}], "code": 500}


# P2: redelivery is neutral.


@INTERLEAVINGS
@given(schedule=schedules, event=st.sampled_from(["create", "resolve", "acknowledge"]))
def test_p2_the_same_message_delivered_twice_at_once_counts_once(world, integration, monkeypatch, schedule, event):
    key = fresh_key()
    world.process(received(world, integration, [body("create", key)]))
    records = received(world, integration, [body(event, key)])
    run_interleaved(one_batch_each(world, records * 2), schedule, monkeypatch)
    (alert,) = stored_alerts(key)
    assert alert["dedup_count"] == (1 if event == "create" else 0)
    assert alert["status"] == {"create": "open", "resolve": "resolved", "acknowledge": "acknowledged"}[event]


@INTERLEAVINGS
@given(schedule=schedules)
def test_p2_the_first_create_delivered_twice_at_once_makes_one_alert(world, integration, monkeypatch, schedule):
    key = fresh_key()
    records = received(world, integration, [body("create", key)])
    run_interleaved(one_batch_each(world, records * 2), schedule, monkeypatch)
    (alert,) = stored_alerts(key)
    assert alert["dedup_count"] == 0


def test_p2_a_message_delivered_again_after_it_was_done_changes_nothing(world, integration):
    for _ in range(2):
        world.hook(integration, body("create", "k"))
    records = world.take()
    world.process(records)
    for record in records:
        record["attributes"]["ApproximateReceiveCount"] = "2"
    assert world.process(records) == []
    (alert,) = world.alerts()
    assert alert["dedup_count"] == 1
    logs = world.requests(integration)
    assert len(logs) == 2
    assert {log["state"] for log in logs} == {"done"}


# P3: N equal creates in parallel give one alert with dedup_count N-1.


@INTERLEAVINGS
@given(schedule=schedules, count=st.integers(2, 4))
def test_p3_equal_creates_in_parallel_make_one_alert(world, integration, monkeypatch, schedule, count):
    key = fresh_key()
    records = received(world, integration, [body("create", key)] * count)
    run_interleaved(one_batch_each(world, records), schedule, monkeypatch)
    (alert,) = stored_alerts(key)
    assert alert["dedup_count"] == count - 1


@settings(INTERLEAVINGS, max_examples=60)
@given(schedule=schedules)
def test_p3_creates_that_share_a_dedup_key_make_one_alert(world, integration, monkeypatch, schedule):
    key = fresh_key()
    bodies = [body("create", f"{key}-{number}", dedup_keys=[f"shared-{key}"]) for number in range(3)]
    run_interleaved(one_batch_each(world, received(world, integration, bodies)), schedule, monkeypatch)
    assert [alert["dedup_count"] for alert in stored_alerts(key)] == [2]


# P4: the order of receipt decides, not that of processing.


@INTERLEAVINGS
@given(
    events=st.lists(st.sampled_from(["create", "resolve"]), min_size=2, max_size=4),
    schedule=schedules,
    seed=st.integers(0, 10_000),
)
def test_p4_the_order_of_receipt_decides(world, integration, monkeypatch, events, schedule, seed):
    key = fresh_key()
    records = received(world, integration, [body(event, key) for event in events])
    random.Random(seed).shuffle(records)
    run_interleaved(one_batch_each(world, records), schedule, monkeypatch)
    made = stored_alerts(key)
    unresolved = [alert for alert in made if alert["status"] != "resolved"]
    assert len(unresolved) == (1 if events[-1] == "create" else 0)
    assert len(made) + sum(alert["dedup_count"] for alert in made) == events.count("create")


def test_p4_a_resolve_processed_before_its_create_leaves_nothing_open(world, integration):
    create, resolve = received(world, integration, [body("create", "k"), body("resolve", "k")])
    world.process([resolve])
    world.process([create])
    (alert,) = world.alerts()
    assert alert["status"] == "resolved"


# P5: a message that cannot be processed is retried, then dead-lettered with its log marked; its neighbours succeed.


@INTERLEAVINGS
@given(bad=st.sets(st.integers(0, 3), min_size=1, max_size=3))
def test_p5_one_bad_message_does_not_hold_up_its_batch(world, integration, monkeypatch, bad):
    key = fresh_key()
    from chalicelib.handling import request as webhooks

    records = received(world, integration, [body("create", f"{key}-{number}") for number in range(4)])
    poisoned = {json.loads(records[number]["body"])["log_id"] for number in bad}
    process = webhooks.process

    def fails_for_some(envelope, now, seconds):
        if envelope["log_id"] in poisoned:
            raise RuntimeError("no luck")
        return process(envelope, now, seconds)

    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "process", fails_for_some)
        failed = world.process(records)
    assert failed == [records[number]["messageId"] for number in sorted(bad)]
    for number, record in enumerate(records):
        log = dynamo.get("LOGS_TABLE", ids.prefix_id(ids.LOG, record["messageId"]))
        assert log.get("state") == ("failed" if number in bad else None)  # what is done needs no word
    assert world.process([records[number] for number in sorted(bad)]) == []  # the next attempt succeeds


def test_p5_after_five_attempts_the_message_is_dead_lettered_and_its_log_says_so(world, integration, monkeypatch):
    from chalicelib.handling import request as webhooks

    def fails(envelope, now, seconds):
        raise RuntimeError("no luck")

    monkeypatch.setattr(webhooks, "process", fails)
    world.hook(integration, body("create", "k"))
    world.sqs.send_message(QueueUrl=os.environ["WEBHOOKS_QUEUE_URL"], MessageBody="not ours", MessageGroupId="x")
    for _ in range(6):
        world.deliver()
        world.clock.shift(200)
    assert len(world.messages("WEBHOOKS_DEAD_LETTERS_URL")) == 2
    (log,) = world.requests(integration)
    assert log["state"] == "dead_lettered"
    assert log["level"] == "error"
    assert "attempt 5 failed: RuntimeError: no luck" in log["details"]["sublogs"][0]["message"]


def test_p5_a_worker_that_dies_without_a_word_leaves_a_log_at_the_next_attempt(world, integration, monkeypatch):
    from chalicelib.handling import request as webhooks

    (record,) = received(world, integration, [body("create", "k")])
    record["attributes"]["ApproximateReceiveCount"] = "2"

    def dies(envelope, now, seconds):
        raise SystemExit  # as close as a test comes to running out of memory

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(webhooks, "process", dies)
        world.process([record])
    (log,) = world.requests(integration)
    assert log["state"] == "failed"
    assert log["details"]["sublogs"][0]["message"] == "attempt 1 did not finish"


# P6: a stored request can be replayed.


def test_p6_a_log_can_be_replayed(world, integration):
    world.send(integration, body("create", "k"))
    world.send(integration, body("resolve", "k"))
    (_, created) = world.requests(integration)
    replay = world.ok("POST", f"/logs/{created['id']}/replay")
    world.deliver()
    assert [alert["status"] for alert in world.alerts()] == ["open", "resolved"]
    log = world.ok("GET", f"/logs/{replay['log_id']}")
    assert log["details"]["message"]["replay_of"] == created["id"]


# P7: any bytes, up to 1 MiB.


@settings(INTERLEAVINGS, max_examples=60)
@given(
    content=st.binary(max_size=300),
    content_type=st.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/plain",
            "x/y; charset=?",
            "",
        ]
    ),
    method=st.sampled_from(["POST", "PUT", "GET"]),
)
def test_p7_any_bytes_of_any_content_type_are_taken_and_processed(world, integration, content, content_type, method):
    answer = world.hook(integration, content, method=method, **{"Content-Type": content_type})
    assert answer.status == 200
    world.deliver()
    assert world.messages() == []


@pytest.mark.parametrize("size", [100_000, 300_000, 1024 * 1024])
def test_p7_large_bodies_survive_the_queue(world, integration, size):
    noise = random.Random(size).randbytes(size)
    assert world.hook(integration, noise, **{"Content-Type": "application/octet-stream"}).status == 200
    for record in world.take():
        assert len(record["body"]) <= 300_000
        assert world.process([record]) == []
    (log,) = world.requests(integration)
    assert log["state"] == "done"


def test_p7_a_body_over_one_mebibyte_is_refused_with_the_error_body(world, integration):
    answer = world.hook(integration, b"x" * (1024 * 1024 + 1))
    assert answer.status == 413
    assert answer.json == {"errors": [{"message": "request body is larger than 1 MiB"}], "code": 413}
