"""Lists of alerts that grow without bound: deep pages, index filters, filters that look at rows."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from chalicelib import ids
from chalicelib.alerts.alert import new_alert
from chalicelib.alerts.changes import Changes

STATUSES = ("open", "acknowledged", "resolved", "dropped")
URGENCIES = ("low", "medium", "high")


def fill(world, count):
    """Alerts a second apart, newest last, put straight into the table: by two sources, for two teams."""
    from chalicelib.storage.commit import commit

    teams = [world.team("A"), world.team("B")]
    sources = [world.integration(name=name, team_ids=[teams[0]["id"]]) for name in ("One", "Two")]
    made = []
    for number in range(count):
        now = world.now + timedelta(seconds=number)
        fields = {
            "title": f"Disk {number} full" if number % 2 else f"CPU {number} hot",
            "urgency": URGENCIES[number % 3],
            "tags": ["even"] if number % 2 == 0 else [],
            "thirdparty_id": f"key {number // 10}",
            "tiny_id": number + 1,
            "destination_team_ids": [teams[number % 5 == 0]["id"]],
            "status": STATUSES[number % 4],
        }
        alert = new_alert(
            ids.new(now), world.account.account["id"], sources[number % 2]["id"], "Integration", fields, now
        )
        commit(Changes(created=(alert,)), now)
        made.append(alert)
    world.many_teams, world.many_sources = teams, sources
    return made


@pytest.fixture
def many(world):
    return fill(world, 250)


@pytest.fixture
def some(world):
    return fill(world, 80)


def walk(world, path, way="cursor", limit=100):
    """All rows of a list, page by page, and the total that each page gave."""
    rows, step, cursor = [], 0, ""
    while True:
        at = f"cursor={cursor}" if way == "cursor" else f"{way}={step * limit if way == 'offset' else step + 1}"
        found = world.ok("GET", f"{path}{'&' if '?' in path else '?'}limit={limit}&{at}")
        rows += found["data"]
        step, cursor = step + 1, found["next_cursor"]
        if not found["has_more"]:
            return [row["tiny_id"] for row in rows], found["total_count"]


def test_going_on_by_cursor_visits_each_of_many_alerts_once(world, many):
    assert walk(world, "/alerts", limit=90) == (list(range(250, 0, -1)), 250)


def test_every_way_of_paging_visits_each_alert_once(world, some):
    newest_first = list(range(80, 0, -1))
    for way, limit in (("cursor", 13), ("offset", 20), ("page", 40)):
        assert walk(world, "/alerts", way, limit) == (newest_first, 80)
    assert walk(world, "/alerts?direction=asc", limit=50) == (newest_first[::-1], 80)
    assert walk(world, "/alerts?urgency=low", limit=10)[0] == [n for n in newest_first if n % 3 == 1]
    assert walk(world, "/alerts?urgency=low", "offset", 10)[0] == [n for n in newest_first if n % 3 == 1]
    by_title, total = walk(world, "/alerts?sort=title&direction=asc", limit=30)
    assert (sorted(by_title, reverse=True), total) == (newest_first, 80)


def test_indexed_filters_agree_with_what_the_rows_say(world, some):
    teams, sources = world.many_teams, world.many_sources

    def expected(test):
        return [alert["tiny_id"] for alert in reversed(some) if test(alert)]

    cases = {
        "status=open": lambda a: a["status"] == "open",
        "status=nonsense": lambda a: False,
        "thirdparty_id=key 7": lambda a: a["thirdparty_id"] == "key 7",
        f"source_id={sources[0]['id']}": lambda a: a["source_id"] == sources[0]["id"],
        f"source_id={sources[1]['prefix_id']}": lambda a: a["source_id"] == sources[1]["id"],
        f"source_id={sources[1]['id']}&ops=source_id:ne": lambda a: a["source_id"] != sources[1]["id"],
        f"destination_team_ids={teams[1]['id']}": lambda a: teams[1]["id"] in a["destination_team_ids"],
        f"destination_team_ids={teams[1]['prefix_id']}": lambda a: teams[1]["id"] in a["destination_team_ids"],
        f"destination_team_ids={teams[1]['id']}&ops=destination_team_ids:contains": (
            lambda a: teams[1]["id"] in a["destination_team_ids"]
        ),
        f"status=open&source_id={sources[0]['id']}&thirdparty_id=key 4": (
            lambda a: (a["status"], a["source_id"], a["thirdparty_id"]) == ("open", sources[0]["id"], "key 4")
        ),
        f"status=resolved&destination_team_ids={teams[1]['id']}": (
            lambda a: a["status"] == "resolved" and teams[1]["id"] in a["destination_team_ids"]
        ),
        "status=open&ops=status:ne": lambda a: a["status"] != "open",
        "urgency=high&status=open": lambda a: (a["urgency"], a["status"]) == ("high", "open"),
        "title=Disk&ops=title:contains": lambda a: "Disk" in a["title"],
        "title=CPU 1&ops=title:beginsWith": lambda a: a["title"].startswith("CPU 1"),
        "tags=even": lambda a: "even" in a["tags"],
        "tag_list=even&ops=tag_list:contains": lambda a: "even" in a["tags"],
        "tiny_id=12": lambda a: a["tiny_id"] == 12,
        "q=disk full": lambda a: "Disk" in a["title"],
        "q=even": lambda a: "even" in a["tags"],
        "acknowledged_at=": lambda a: True,
    }
    for query, test in cases.items():
        found, total = walk(world, "/alerts?" + query.replace(" ", "%20"))
        assert (query, found) == (query, expected(test))
        assert (query, total) == (query, len(found))


@pytest.mark.parametrize("narrowed", ["", "&status=open", "&urgency=low"])
def test_ranges_of_created_at_have_their_ends_where_they_say(world, some, narrowed):
    start = some[0]["created_at"]
    low, high = some[40]["created_at"], some[60]["created_at"]
    ranges = {
        f"created_at={low}": (40, 40),
        f"created_at={low}&ops=created_at:gte": (40, 79),
        f"created_at={low}&ops=created_at:gt": (41, 79),
        f"created_at={low}&ops=created_at:lte": (0, 40),
        f"created_at={low}&ops=created_at:lt": (0, 39),
        f"created_at={low}..{high}&ops=created_at:between": (40, 60),
        f"created_at={high}..{low}&ops=created_at:between": (1, 0),
        f"created_at={start}&ops=created_at:lt": (1, 0),
        "created_at=1960-01-01&ops=created_at:lte": (1, 0),
        "created_at=9999-12-31&ops=created_at:gt": (1, 0),
    }
    tests = {
        "": lambda a: True,
        "&status=open": lambda a: a["status"] == "open",
        "&urgency=low": lambda a: a["urgency"] == "low",
    }
    for query, (first, last) in ranges.items():
        expected = [a["tiny_id"] for a in reversed(some[first : last + 1]) if tests[narrowed](a)]
        assert (query, walk(world, f"/alerts?{query}{narrowed}")[0]) == (query, expected)


def test_sorting_by_any_attribute(world, some):
    for attribute, direction in product(("urgency", "title", "status", "tiny_id", "updated_at"), ("asc", "desc")):
        found = world.ok("GET", f"/alerts?limit=50&sort={attribute}&direction={direction}")
        values = [row[attribute] for row in found["data"]]
        key = (lambda value: value.lower()) if isinstance(values[0], str) else None
        assert values == sorted(values, key=key, reverse=direction == "desc")
        assert found["total_count"] == 80


def test_a_teams_list_is_its_own_whatever_else_is_asked(world, some):
    first, second = world.many_teams
    path = f"/teams/{second['id']}/alerts"
    own = [alert["tiny_id"] for alert in reversed(some) if second["id"] in alert["destination_team_ids"]]
    assert walk(world, path) == (own, 16)
    by_key = [a["tiny_id"] for a in reversed(some) if a["thirdparty_id"] == "key 7" and a["tiny_id"] in own]
    assert walk(world, path + "?thirdparty_id=key%207")[0] == by_key
    assert walk(world, path + f"?destination_team_ids={first['id']}")[0] == []
    assert walk(world, path + "?status=open")[0] == [n for n in own if (n - 1) % 4 == 0]


def test_cursors_outside_the_range_end_the_list(world, some):
    early, late = some[10]["id"], some[70]["id"]
    low = some[30]["created_at"]
    assert world.ok("GET", f"/alerts?cursor={early}&created_at={low}&ops=created_at:gte")["data"] == []
    found = world.ok("GET", f"/alerts?cursor={late}&created_at={low}&ops=created_at:lt")["data"]
    assert found[0]["tiny_id"] == 30
    assert world.ok("GET", f"/alerts?cursor={late}&direction=asc&created_at={low}&ops=created_at:lt")["data"] == []


def test_a_deleted_alert_leaves_a_cursor_that_still_works(world, some):
    found = world.ok("GET", "/alerts?limit=10")
    assert world.api("DELETE", f"/alerts/{found['next_cursor']}").status == 204
    following = world.ok("GET", f"/alerts?limit=10&cursor={found['next_cursor']}")
    assert [row["tiny_id"] for row in following["data"]] == list(range(70, 60, -1))
    assert following["total_count"] == 79


def test_the_command_line_finds_an_alert_by_its_alias(world, some):
    found = world.ok("GET", "/alerts?limit=1&offset=0&thirdparty_id=key%207")
    assert (found["total_count"], found["data"][0]["tiny_id"]) == (10, 80)
    assert world.ok("GET", "/alerts?limit=1&offset=0&thirdparty_id=key%207&status=open")["data"][0]["tiny_id"] == 77


def test_totals_beyond_the_bound_say_that_they_are_at_least_so_many(world, some, monkeypatch):
    from chalicelib.storage import lists

    monkeypatch.setattr(lists, "MOST_COUNTED", 30)
    monkeypatch.setattr(lists, "MOST_EXAMINED", 30)
    found = world.ok("GET", "/alerts?limit=5")
    assert (found["total_count"], found["total_count_exact"], found["has_more"]) == (30, False, True)
    found = world.ok("GET", "/alerts?limit=5&urgency=low")
    assert found["total_count_exact"] is False
    assert world.api("GET", "/alerts?sort=title").status == 400
