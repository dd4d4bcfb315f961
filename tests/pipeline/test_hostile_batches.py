"""P5 with hostile neighbours: whatever is in a batch, it ends done, refused or marked, and the good messages beside it
become alerts; what dies, raises, is throttled or has no time left leaves a log and is delivered again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from botocore.client import BaseClient

from chalicelib import adapters, ids
from chalicelib.adapters.kit.examples import request_of
from chalicelib.adapters.kit.request import Request
from chalicelib.handling import request
from chalicelib.handling.batches import Budget, take_webhooks
from chalicelib.intake.envelope import seal
from chalicelib.storage import alerts, clients, configuration, dynamo, logs, messages
from tests.adapters.hostile import CORPUS

GOOD = {"event_type": "create", "Title": "Disk full"}
FATES = {"done", "refused", "failed", "dead_lettered"}
AT_ONCE = 7


@pytest.fixture(autouse=True)
def nothing_is_fetched(monkeypatch):
    def fetch(url):
        raise OSError("there is no network")

    monkeypatch.setattr(request, "fetch", fetch)


@pytest.fixture
def good(world):
    return world.integration()


def record(world, integration, sent, **more):
    """The queue record of a request, as the door makes it."""
    stamp = ids.new(world.now)
    envelope = {**seal(integration, replace(sent, id=stamp, received_at=world.now)), **more}
    body, attributes = messages.pack(envelope, stamp), {"ApproximateReceiveCount": "1"}
    return {"messageId": stamp, "body": body, "attributes": attributes}


def json_request(body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request(headers={"content-type": "application/json"}, body=content)


def good_record(world, integration, key):
    return record(world, integration, json_request({**GOOD, "Id": key}))


def of_type(world, good, slug, options=()):
    """An integration with options, those that would be refused today included: an earlier release may hold them."""
    example = adapters.load_examples(slug)["create"].get("options", {})
    required = {o.name: example[o.name] for o in adapters.load(slug).OPTIONS if o.required}
    named = {f"option_{name}": value for name, value in required.items()}
    made = world.integration(slug, team_ids=good["team_ids"], option_rate_limit=60_000, **named)
    if options:
        item = dynamo.get(configuration.TABLE, made["account_id"], made["prefix_id"])
        item["data"]["options"] |= options
        dynamo.write(dynamo.put(configuration.TABLE, item))
        configuration.forget()
    return made


def states(world, records):
    """The state of each message's log; None where there is none."""
    account = world.account.account["id"]
    found = {each["messageId"]: logs.read(account, ids.prefix_id(ids.LOG, each["messageId"])) for each in records}
    return [log["state"] if (log := found[each["messageId"]]) else None for each in records]


def alerts_of(integration):
    """The alerts that an integration made, as they are stored."""
    pages = clients.dynamodb().get_paginator("scan").paginate(TableName=clients.name(alerts.TABLE))
    items = [dynamo.unmarshal_item(item) for page in pages for item in page["Items"]]
    return [item for item in items if item["sk"] == "alert" and item["parent"] == integration["id"]]


def one_type_of_each():
    """Each input of the corpus with one of the types that it is meant for, another type for the next input."""
    for number, hostile in enumerate(CORPUS):
        types = hostile.types()
        yield hostile, types[number % len(types)]


def test_every_hostile_message_ends_with_its_log_and_every_good_one_beside_it_becomes_an_alert(world, good):
    chosen = list(one_type_of_each())
    made = {}
    for start in range(0, len(chosen), AT_ONCE):
        hostile = []
        for number, (sent, slug) in enumerate(chosen[start : start + AT_ONCE]):
            place = (slug, json.dumps(dict(sent.options)))
            made[place] = made.get(place) or of_type(world, good, slug, dict(sent.options))
            check = {"unchecked": True} if number % 2 else {}  # as what came by no door
            hostile.append(record(world, made[place], sent.request(slug), **check))
        neighbours = [good_record(world, good, f"good-{start}-{number}") for number in range(3)]
        batch = [neighbours[0], *hostile[:3], neighbours[1], *hostile[3:], neighbours[2]]
        failed = world.process(batch)
        ended = dict(zip([each["messageId"] for each in hostile], states(world, hostile), strict=True))
        assert set(ended.values()) <= FATES, [sent.name for sent, _ in chosen[start : start + AT_ONCE]]
        assert set(failed) == {message for message, state in ended.items() if state in ("failed", "dead_lettered")}
        assert states(world, neighbours) == ["done"] * 3
    batches_made = -(-len(chosen) // AT_ONCE)
    assert len(alerts_of(good)) == 3 * batches_made


def odd(body, content_type):
    """A body with an integer beyond 64 bits and 260 brackets beside what is in it."""
    number, brackets = "9" * 40, "[" * 260 + "]" * 260
    try:
        value = json.loads(body)
    except ValueError:
        return body + (f"&huge={number}&deep={brackets}" if "form-urlencoded" in content_type else "").encode()
    begin = json.dumps(value)[:-1] + (", " if value else "")
    return (begin + (f'"huge": {number}, "deep": {brackets}}}' if isinstance(value, dict) else f"{number}]")).encode()


@pytest.mark.parametrize("slug", adapters.slugs())
def test_integers_beyond_64_bits_and_260_brackets_end_with_a_log_and_do_not_keep_an_alert_from_being_made(
    world, good, slug
):
    example = adapters.load_examples(slug)["create"]
    integration = of_type(world, good, slug, example.get("options", {}))
    sent = request_of(example)
    create = record(world, integration, replace(sent, body=odd(sent.body, sent.headers.get("content-type", ""))))
    alone = [json_request(odd(body, "application/json")) for body in (b"{}", b"[1]")]
    records = [create, *(record(world, integration, each) for each in alone)]
    assert world.process(records) == []
    assert states(world, records) == ["done"] * 3
    log = logs.read(world.account.account["id"], ids.prefix_id(ids.LOG, create["messageId"]))
    keys = [alert["pk"] for alert in alerts_of(integration)]
    assert [key for key in keys if f"made alert {key}: open" in [note["message"] for note in log["sublogs"]]]


def poison(monkeypatch, records, error):
    """Let the processing of these messages raise an error."""
    process, stamps = request.process, {each["messageId"] for each in records}

    def fails(envelope, now, seconds):
        if envelope["log_id"] in stamps:
            raise error
        return process(envelope, now, seconds)

    monkeypatch.setattr(request, "process", fails)


def redelivered(records):
    return [{**each, "attributes": {"ApproximateReceiveCount": "2"}} for each in records]


def retries(world):
    """What is on the queue of retries, taken off it."""
    found = world.messages("RETRIES_QUEUE_URL")
    for each in found:
        world.sqs.delete_message(QueueUrl=clients.name("RETRIES_QUEUE_URL"), ReceiptHandle=each["receiptHandle"])
    return found


def test_what_ends_its_worker_is_processed_alone_the_next_time_and_leaves_a_log(world, good, monkeypatch):
    batch = [good_record(world, good, key) for key in ("a", "poison", "b", "c")]
    with monkeypatch.context() as patch:
        poison(patch, batch[1:2], SystemExit())
        with pytest.raises(SystemExit):
            world.process(batch)
        assert states(world, batch) == ["done", None, None, None]
        fresh = good_record(world, good, "d")
        assert world.process([*redelivered(batch), fresh]) == []
        assert states(world, [*batch, fresh]) == ["done", None, None, None, "done"]
        alone = retries(world)
        assert len(alone) == len(batch)
        ended = []
        for each in alone:
            try:
                assert world.process([each], "process_retries") == []
            except SystemExit:
                ended.append(each)
        assert len(ended) == 1
        assert states(world, batch) == ["done", "failed", "done", "done"]
        assert len(alerts_of(good)) == 4
    assert world.process(redelivered(ended), "process_retries") == []  # the cause is mended
    assert states(world, batch) == ["done"] * 4
    assert len(alerts_of(good)) == 5


def test_a_message_whose_processing_raises_leaves_a_log_that_can_be_replayed_whatever_it_holds(
    world, good, monkeypatch
):
    chosen = [(sent, sent.types()[0]) for sent in CORPUS[::6]]
    made = [of_type(world, good, slug, dict(sent.options)) for sent, slug in chosen]
    records = [record(world, made[n], sent.request(slug)) for n, (sent, slug) in enumerate(chosen)]
    neighbour = good_record(world, good, "beside")
    with monkeypatch.context() as patch:
        poison(patch, records, RuntimeError("no luck"))
        assert world.process([*records, neighbour]) == [each["messageId"] for each in records]
    assert states(world, [*records, neighbour]) == ["failed"] * len(records) + ["done"]
    replays = [world.ok("POST", f"/logs/{each['messageId']}/replay") for each in records]
    assert world.process(world.take()) == []
    assert states(world, [{"messageId": each["log_id"]} for each in replays]) == ["done"] * len(replays)


@pytest.fixture
def throttle(monkeypatch):
    """Refuse so many transactions for want of capacity, and wait for nothing."""
    monkeypatch.setattr(dynamo, "back_off", lambda attempt: None)
    original = BaseClient._make_api_call

    def refuse(number):
        refused = []

        def call(self, operation, arguments):
            if operation != "TransactWriteItems" or len(refused) >= number:
                return original(self, operation, arguments)
            refused.append(operation)
            reasons = [{"Code": "None"} for _ in arguments["TransactItems"]]
            reasons[-1] = {"Code": "ThrottlingError", "Message": "Throughput exceeds the current capacity"}
            error = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
            raise self.exceptions.TransactionCanceledException(
                {"Error": error, "CancellationReasons": reasons}, operation
            )

        monkeypatch.setattr(BaseClient, "_make_api_call", call)
        return refused

    return refuse


def test_a_transaction_that_is_throttled_is_tried_again_at_once(world, good, throttle):
    batch = [good_record(world, good, "a")]
    refused = throttle(3)
    assert world.process(batch) == []
    assert len(refused) == 3
    assert states(world, batch) == ["done"]
    assert len(alerts_of(good)) == 1


def test_what_stays_throttled_is_put_back_with_a_delay_and_a_log_and_made_good_later(world, good, throttle):
    batch = [good_record(world, good, "a")]
    throttle(20)  # the attempts of one message
    assert world.process(batch) == []
    (log,) = world.requests(good)
    assert (log["id"], log["state"]) == (batch[0]["messageId"], "failed")
    assert log["details"]["sublogs"][0]["message"] == "the database was busy; tried again in 60 seconds"
    assert world.messages("RETRIES_QUEUE_URL") == []
    world.clock.shift(61)
    assert world.deliver() == 1
    assert states(world, batch) == ["done"]
    assert len(alerts_of(good)) == 1


def test_a_batch_that_runs_out_of_time_hands_the_rest_back_untouched(world, good, monkeypatch):
    batch = [good_record(world, good, str(number)) for number in range(5)]
    process, done = request.process, []

    def counts(envelope, now, seconds):
        done.append(envelope)
        return process(envelope, now, seconds)

    monkeypatch.setattr(request, "process", counts)
    budget = Budget(lambda: 30.0 if len(done) < 2 else 1.5)
    answer = take_webhooks({"Records": batch}, world.now, budget)
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == [e["messageId"] for e in batch[2:]]
    assert states(world, batch) == ["done", "done", None, None, None]
    assert world.process(redelivered(batch[2:])) == []
    world.deliver()
    assert states(world, batch) == ["done"] * 5
    assert len(alerts_of(good)) == 5


def test_a_message_that_takes_longer_than_its_share_is_interrupted_and_its_neighbours_are_not(world, good, monkeypatch):
    batch = [good_record(world, good, key) for key in ("endless", "a", "b")]
    process, begun = request.process, []

    def hangs(envelope, now, seconds):
        if envelope["log_id"] != batch[0]["messageId"]:
            return process(envelope, now, seconds)
        while True:
            begun.append(1)

    monkeypatch.setattr(request, "process", hangs)
    answer = take_webhooks({"Records": batch}, world.now, Budget(lambda: 30.0 if begun else 2.05))
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == [batch[0]["messageId"]]
    assert states(world, batch) == ["failed", "done", "done"]
    assert len(alerts_of(good)) == 2
