"""Lists of an account that has many objects, or large ones: what a page costs, where it ends, how it goes on."""

from __future__ import annotations

import json

import pytest
from botocore.client import BaseClient

from chalicelib import ids
from chalicelib.accounts.objects import new_object
from chalicelib.api import crud
from chalicelib.api.references import RESOURCES
from chalicelib.storage import configuration, dynamo
from tests.api.configured import make

LAMBDA_ANSWER = 5 * 1024 * 1024


def fill(world, prefix, number):
    """Give the account `number` more objects like one that it has, quickly."""
    account_id = world.account.account["id"]
    like = configuration.read(account_id, make(world, prefix)["prefix_id"])
    own = {name: value for name, value in like.items() if name not in ("id", "prefix_id", "created_at", "updated_at")}
    for count in range(number):
        found = new_object(prefix, account_id, {**own, "tiny_id": count + 2}, world.now)
        found |= {"name": f"Number {count:05}", "digest": f"{count:064}"}
        for pk, sk in configuration.places(found):
            dynamo.write(dynamo.put(configuration.TABLE, {"pk": pk, "sk": sk, "version": 1, "data": found}))
    dynamo.write(dynamo.update(configuration.TABLE, account_id, configuration.TALLY, add={prefix: number}))


@pytest.fixture
def reads(monkeypatch):
    """The AWS calls that are made, with how many items each gave back."""
    made = []
    original = BaseClient._make_api_call

    def recorded(self, operation, arguments):
        answer = original(self, operation, arguments)
        made.append((operation, len(answer.get("Items", ()))))
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", recorded)
    return made


@pytest.mark.parametrize("prefix", [p for p in RESOURCES if p != ids.API_TOKEN])
def test_a_page_costs_the_same_however_many_objects_there_are(world, reads, prefix):
    path = f"/{RESOURCES[prefix].path}"

    def cost(query=""):
        reads.clear()
        page = world.ok("GET", f"{path}?limit=5{query}")
        assert len(page["data"]) == 5
        return list(reads), page

    fill(world, prefix, 9)
    few, _ = cost()
    fill(world, prefix, 150)
    many, page = cost()
    assert many == few
    assert page["total_count"] == len(list(configuration.rows(world.account.account["id"], prefix)))
    following, _ = cost(f"&cursor={page['next_cursor']}")
    assert sum(count for _, count in following) <= 7


@pytest.fixture
def crowd(world, monkeypatch):
    """More teams than a filter looks at, which is fewer here than elsewhere."""
    monkeypatch.setattr(crud, "MOST_EXAMINED", 120)
    fill(world, ids.TEAM, 150)
    return 151


def pages(world, query):
    """Every page of a list, by its cursors."""
    cursor = ""
    while cursor is not None:
        page = world.ok("GET", f"/teams?limit=100&{query}&cursor={cursor}")
        yield page
        cursor = page["next_cursor"]
        assert (cursor is not None) == page["has_more"]


def test_pages_of_a_large_account_hold_every_row_once(world, crowd):
    found = list(pages(world, ""))
    rows = [row["id"] for page in found for row in page["data"]]
    assert len(rows) == len(set(rows)) == crowd
    assert rows == sorted(rows, reverse=True)
    assert {page["total_count"] for page in found} == {crowd}
    assert {page["total_count_exact"] for page in found} == {True}


def test_a_search_beyond_its_bound_says_so_and_goes_on_by_cursor(world, crowd):
    found = list(pages(world, "q=00000"))
    assert [row["name"] for page in found for row in page["data"]] == ["Number 00000"]  # nearly the oldest
    assert len(found) == 2
    assert found[0]["total_count_exact"] is False
    assert (found[0]["data"], found[0]["has_more"]) == ([], True)


def test_a_filter_over_a_large_account_finds_every_match_once(world, crowd):
    names = [row["name"] for page in pages(world, "name=Number&ops=name:contains") for row in page["data"]]
    assert sorted(names) == [f"Number {count:05}" for count in range(crowd - 1)]


def test_an_order_that_needs_every_row_is_refused_beyond_the_bound(world, crowd, refused):
    assert "sort by name takes at most 120" in refused(400, "GET", "/teams?sort=name")


def emoji(length):
    return "# " + "\N{GRINNING FACE}" * length + "\nrules: [{match: {always: true}, actions: [{type: ignore}]}]"


def test_a_list_of_large_objects_ends_before_the_answer_is_too_large(world):
    made = [make(world, ids.ROUTER, rules=emoji(15_000), meta={"a": "\N{GRINNING FACE}" * 7000}) for _ in range(25)]
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        answer = world.api("GET", f"/routers?limit=100&cursor={cursor}")
        assert len(json.dumps(answer.text)) < LAMBDA_ANSWER
        assert answer.json["total_count"] == 25
        seen += [row["id"] for row in answer.json["data"]]
        cursor, pages = answer.json["next_cursor"], pages + 1
    assert seen == [router["id"] for router in reversed(made)]
    assert pages > 1
    found = world.api("GET", "/routers?limit=100&sort=name")
    assert len(json.dumps(found.text)) < LAMBDA_ANSWER
    assert found.json["has_more"]


def test_a_list_of_large_alerts_ends_before_the_answer_is_too_large(world):
    integration = world.integration("webhook", option_capture_additional_data=True)
    for number in range(20):
        world.send(
            integration,
            {"event_type": "create", "Id": str(number), "Title": "x", "Description": "\N{GRINNING FACE}" * 49_000},
        )
    answer = world.api("GET", "/alerts?limit=100")
    assert len(json.dumps(answer.text)) < LAMBDA_ANSWER
    assert (answer.json["has_more"], answer.json["total_count"]) == (True, 20)
    rest = world.api("GET", f"/alerts?limit=100&cursor={answer.json['next_cursor']}")
    assert not {row["id"] for row in rest.json["data"]} & {row["id"] for row in answer.json["data"]}
    assert rest.json["data"]
