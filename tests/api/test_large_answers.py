"""No answer is larger than Lambda hands over, whatever is stored: what does not fit comes on the next page, or is cut
and says so."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from chalicelib import ids
from chalicelib.alerts.alert import new_alert
from chalicelib.alerts.changes import Changes

LARGEST_BODY = 5 * 1000 * 1000
LARGEST_OF_LAMBDA = 6_291_556
MIB = 1024 * 1024
TEXTS = {"nul": "\0", "accented": "é", "quotes": '"', "backslash": "\\", "plain": "a"}


def fitting(answer):
    """The answer's JSON, if the text of it and what Lambda makes of that fit."""
    assert answer.status == 200, answer.text[:500]
    assert len(answer.text.encode()) < LARGEST_BODY
    assert len(json.dumps({"statusCode": 200, "headers": answer.headers, "body": answer.text})) < LARGEST_OF_LAMBDA
    return answer.json


@pytest.fixture
def store(world):
    """Store alerts that hold so many characters of a text each."""
    from chalicelib.storage.commit import commit

    source = world.integration()["id"]

    def stored(count, text, length):
        for number in range(count):
            now = world.now + timedelta(seconds=number)
            fields = {"title": f"Alert {number}", "tiny_id": number, "meta": {"text": text * length}, "status": "open"}
            alert = new_alert(ids.new(now), world.account.account["id"], source, "Integration", fields, now)
            commit(Changes(created=(alert,)), now)

    return stored


@pytest.mark.parametrize("text", TEXTS)
def test_large_alerts_come_on_as_many_pages_as_they_need(world, store, text):
    store(40, TEXTS[text], 250 * 1024 // len(json.dumps(TEXTS[text])[1:-1].encode()))
    for path in (
        "/alerts?limit=100",
        "/alerts?limit=100&title=Alert&ops=title:contains",
        "/alerts?limit=100&sort=title",
    ):
        seen, cursor, pages = [], "", 0
        while cursor is not None:
            found = fitting(world.api("GET", f"{path}&cursor={cursor}"))
            assert found["data"]
            assert found["has_more"] is (found["next_cursor"] is not None)
            seen += [row["tiny_id"] for row in found["data"]]
            cursor, pages = found["next_cursor"], pages + 1
        assert sorted(seen) == list(range(40))
        assert pages > 1


def requests(world):
    """An integration that was sent bodies of 1 MiB and of less that are packed small."""
    integration = world.integration()
    bodies = [text * (MIB // len(text.encode())) for text in TEXTS.values()] + ["\0" * 600_000] * 6
    for body in bodies:
        assert world.hook(integration, body).status == 200
    world.deliver()
    return integration, bodies


def test_logs_of_large_requests_are_listed_in_part_and_retrieved_up_to_what_fits(world):
    integration, bodies = requests(world)
    found = fitting(world.api("GET", f"/logs?owner_id={integration['id']}&action=other&limit=100"))
    assert (len(found["data"]), found["total_count"]) == (len(bodies), len(bodies))
    for row, body in zip(reversed(found["data"]), bodies, strict=True):
        message = row["details"]["message"]
        assert (message["body"], message["method"], message["action"]) == ("", "POST", "other")
        assert "retrieve the log" in row["details"]["sublogs"][-1]["message"]
        log = fitting(world.api("GET", f"/logs/{row['id']}"))
        shown, notes = log["details"]["message"]["body"], [entry["message"] for entry in log["details"]["sublogs"]]
        assert body.startswith(shown) and len(shown) > 100_000
        assert (shown == body) is not any("too large for an answer" in note for note in notes)


def test_a_log_that_is_cut_for_an_answer_is_replayed_whole(world):
    integration, _ = requests(world)
    cut = world.ok("GET", f"/logs?owner_id={integration['id']}&action=other&limit=100")["data"][-1]
    assert world.ok("GET", f"/logs/{cut['id']}")["details"]["message"]["params"] == {}
    world.ok("POST", f"/logs/{cut['id']}/replay")
    from chalicelib.storage.messages import unpack

    (record,) = world.take()
    assert unpack(record["body"])["request"]["body"] == "\0" * MIB


def test_what_others_look_for_in_large_logs_is_bounded_too(world):
    requests(world)
    for query in ("level=info", "action=other", "q=zebra", "state=done", "owner_type=Integration"):
        fitting(world.api("GET", f"/logs?limit=100&{query}"))


@pytest.mark.parametrize("text", TEXTS)
def test_a_page_of_any_resource_holds_what_fits(text):
    from chalicelib.api import listing

    rows = [{"id": ids.ulid(number, 0), "name": f"N{number:03}", "text": TEXTS[text] * 50_000} for number in range(100)]
    seen, cursor = [], ""
    while cursor is not None:
        query = listing.parse({"limit": ["100"], "sort": ["name"], "direction": ["asc"], "cursor": [cursor]})
        found = listing.page(query, rows, lambda row: ())
        assert listing.weight(found) < LARGEST_OF_LAMBDA - 100_000
        seen += [row["name"] for row in found["data"]]
        cursor = found["next_cursor"]
    assert seen == [f"N{number:03}" for number in range(100)]


def test_a_row_larger_than_an_answer_does_not_stop_a_list():
    from chalicelib.api import listing

    rows = [{"id": ids.ulid(number, 0), "text": "a" * 4_500_000} for number in range(3)]
    found = listing.page(listing.parse({"sort": ["id"]}), rows, lambda row: ())
    assert (len(found["data"]), found["has_more"]) == (1, True)


@pytest.mark.parametrize("text", TEXTS)
def test_any_other_answer_that_would_be_too_large_is_an_error_that_says_so(text):
    from chalicelib.api import http

    largest = 4_900_000 // (len(json.dumps(json.dumps(TEXTS[text]))) - 6)
    assert http.answer({"text": TEXTS[text] * largest}).status_code == 200
    refused = http.answer({"text": TEXTS[text] * (largest * 2)})
    assert refused.status_code == 413
    assert "larger than 5,000,000 bytes" in json.loads(refused.body)["errors"][0]["message"]
