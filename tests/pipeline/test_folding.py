"""Duplicates that are received together are counted together: once each, whoever else is at it, at little cost."""

from __future__ import annotations

import pytest
from botocore.client import BaseClient
from hypothesis import given
from hypothesis import strategies as st

from tests.interleaving import run_interleaved
from tests.pipeline.test_promises import INTERLEAVINGS, body, fresh_key, integration, received, stored_alerts

__all__ = ["integration"]
SIZES = st.lists(st.integers(1, 4), min_size=2, max_size=3)


@pytest.fixture
def transactions(monkeypatch):
    """The transactions that were written, as numbers of operations."""
    counted = []
    original = BaseClient._make_api_call

    def call(self, operation, arguments):
        if operation == "TransactWriteItems":
            counted.append(len(arguments["TransactItems"]))
        return original(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return counted


def test_a_batch_of_duplicates_is_one_transaction(world, integration, transactions):
    key = fresh_key()
    world.process(received(world, integration, [body("create", key)]))
    transactions.clear()
    assert world.process(received(world, integration, [body("create", key)] * 10)) == []
    assert transactions == [11]  # ten logs and a thread
    (alert,) = stored_alerts(key)
    assert alert["dedup_count"] == 10


def test_a_batch_that_begins_with_the_first_of_its_key_makes_one_alert(world, integration):
    key = fresh_key()
    world.process(received(world, integration, [body("create", key)] * 10))
    (alert,) = stored_alerts(key)
    assert alert["dedup_count"] == 9


def test_what_is_among_the_duplicates_happens_in_its_order(world, integration):
    key = fresh_key()
    events = ["create", "create", "create", "resolve", "create", "create"]
    world.process(received(world, integration, [body(event, key) for event in events]))
    assert [(a["status"], a["dedup_count"]) for a in stored_alerts(key)] == [("resolved", 2), ("open", 1)]


def test_a_batch_that_is_delivered_twice_counts_once(world, integration):
    key = fresh_key()
    world.process(received(world, integration, [body("create", key)]))
    records = received(world, integration, [body("create", key)] * 4)
    world.process(records)
    world.process(records + received(world, integration, [body("create", key)] * 2))
    (alert,) = stored_alerts(key)
    assert alert["dedup_count"] == 6


@INTERLEAVINGS
@given(schedule=st.lists(st.integers(0, 2), min_size=4, max_size=24), sizes=SIZES, redelivered=st.booleans())
def test_batches_of_one_key_in_parallel_count_every_duplicate_once(
    world, integration, monkeypatch, schedule, sizes, redelivered
):
    key = fresh_key()
    world.process(received(world, integration, [body("create", key)]))
    batches = [received(world, integration, [body("create", key)] * size) for size in sizes]
    works = [lambda batch=batch: world.process(batch) for batch in batches + batches[:1] * redelivered]
    run_interleaved(works, schedule, monkeypatch)
    (alert,) = stored_alerts(key)
    assert alert["dedup_count"] == sum(sizes)
