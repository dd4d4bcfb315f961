"""Lists of alerts that grow without bound: deep pages, index filters, filters that look at rows."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from urllib.parse import quote

import pytest

from chalicelib import ids
from chalicelib.alerts.alert import new_alert
from chalicelib.alerts.changes import Changes
from chalicelib.words import URGENCIES

STATUSES = ("open", "acknowledged", "resolved", "dropped")
SOME_URGENCIES = ("low", "medium", "high")


def fill(world, count):
    """Alerts a second apart, newest last, put straight into the table: by two sources, for two teams."""
    from chalicelib.storage.commit import commit

    teams = [world.team("Checkout"), world.team("Payments")]
    sources = [world.integration(name=name, team_ids=[teams[0]["id"]]) for name in ("Datadog EU", "Zabbix")]
    made = []
    for number in range(count):
        now = world.now + timedelta(seconds=number)
        fields = {
            "title": f"Disk {number} full" if number % 2 else f"CPU {number} hot",
            "urgency": SOME_URGENCIES[number % 3],
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


def filters(world):
    """Queries, and what each asks of an alert."""
    (a, b), (one, two), rank = world.many_teams, world.many_sources, URGENCIES.index
    return {
        "status=open": lambda x: x["status"] == "open",
        "status=open,acknowledged": lambda x: x["status"] in ("open", "acknowledged"),
        "status=open&status=resolved": lambda x: x["status"] in ("open", "resolved"),
        "status[]=open&status[]=dropped": lambda x: x["status"] in ("open", "dropped"),
        "status=open&ops=status:ne": lambda x: x["status"] != "open",
        "status=resolved&ops=status:ne": lambda x: x["status"] != "resolved",
        "status=open,resolved&ops=status:ne": lambda x: x["status"] not in ("open", "resolved"),
        "status=open&status=open&ops=status:equals,status:ne": lambda x: False,
        "status=re&ops=status:beginsWith": lambda x: x["status"] == "resolved",
        "urgency=high": lambda x: x["urgency"] == "high",
        "urgency=high,low": lambda x: x["urgency"] in ("high", "low"),
        "urgency=medium&ops=urgency:gte": lambda x: rank(x["urgency"]) >= rank("medium"),
        "urgency=low..medium&ops=urgency:between": lambda x: x["urgency"] in ("low", "medium"),
        "urgency=silent": lambda x: False,
        "urgency=high&status=open": lambda x: (x["urgency"], x["status"]) == ("high", "open"),
        "urgency=high&status=resolved": lambda x: (x["urgency"], x["status"]) == ("high", "resolved"),
        "thirdparty_id=key 7": lambda x: x["thirdparty_id"] == "key 7",
        "thirdparty_id=key 7&thirdparty_id=key 3": lambda x: x["thirdparty_id"] in ("key 7", "key 3"),
        "thirdparty_id=key 7,key 3": lambda x: False,  # a comma may be in such an id
        "thirdparty_id=key 7&status=open": lambda x: (x["thirdparty_id"], x["status"]) == ("key 7", "open"),
        "thirdparty_id=key&ops=thirdparty_id:beginsWith": lambda x: True,
        f"source_id={one['id']}": lambda x: x["source_id"] == one["id"],
        f"source_id={two['prefix_id']}": lambda x: x["source_id"] == two["id"],
        f"source_id={one['id'].lower()},{two['prefix_id']}": lambda x: True,
        f"source_id={two['id']}&ops=source_id:ne": lambda x: x["source_id"] != two["id"],
        f"source_id={one['id']}&status=open": lambda x: (x["source_id"], x["status"]) == (one["id"], "open"),
        f"source_id={one['prefix_id']}&status=resolved": (
            lambda x: (x["source_id"], x["status"]) == (one["id"], "resolved")
        ),
        f"source_id={one['id']}&urgency=low": lambda x: (x["source_id"], x["urgency"]) == (one["id"], "low"),
        "source_id=int_nope": lambda x: False,
        f"destination_team_ids={b['id']}": lambda x: b["id"] in x["destination_team_ids"],
        f"destination_team_ids={b['prefix_id']}": lambda x: b["id"] in x["destination_team_ids"],
        f"destination_team_ids={a['id']},{b['id']}": lambda x: True,
        f"destination_team_ids={b['id']}&ops=destination_team_ids:contains": lambda x: (
            b["id"] in x["destination_team_ids"]
        ),
        f"destination_team_ids={b['id']}&ops=destination_team_ids:ne": lambda x: (
            b["id"] not in x["destination_team_ids"]
        ),
        f"destination_team_ids={b['id']}&status=dropped,open": (
            lambda x: b["id"] in x["destination_team_ids"] and x["status"] in ("dropped", "open")
        ),
        f"destination_team_ids={b['id']}&status=resolved": (
            lambda x: b["id"] in x["destination_team_ids"] and x["status"] == "resolved"
        ),
        f"status=open&source_id={one['id']}&thirdparty_id=key 4": (
            lambda x: (x["status"], x["source_id"], x["thirdparty_id"]) == ("open", one["id"], "key 4")
        ),
        "title=Disk&ops=title:contains": lambda x: "Disk" in x["title"],
        "title=CPU 1&ops=title:beginsWith": lambda x: x["title"].startswith("CPU 1"),
        "title=CPU 10 hot&title=Disk 11 full": lambda x: x["title"] in ("CPU 10 hot", "Disk 11 full"),
        "title=disk&ops=title:contains": lambda x: False,
        "tags=even": lambda x: "even" in x["tags"],
        "tags=even,odd&status=open": lambda x: "even" in x["tags"] and x["status"] == "open",
        "tag_list=even&ops=tag_list:contains": lambda x: "even" in x["tags"],
        "tiny_id=12": lambda x: x["tiny_id"] == 12,
        "tiny_id=12,13,200": lambda x: x["tiny_id"] in (12, 13, 200),
        "tiny_id=70&ops=tiny_id:gt": lambda x: x["tiny_id"] > 70,
        "tiny_id=10&tiny_id=20&ops=tiny_id:gt,tiny_id:lte": lambda x: 10 < x["tiny_id"] <= 20,
        "acknowledged_at=": lambda x: True,
        "dedup_count=1": lambda x: False,
        "q=disk full": lambda x: "Disk" in x["title"],
        "q=DISK&status=open,dropped": lambda x: "Disk" in x["title"] and x["status"] in ("open", "dropped"),
        "q=even": lambda x: "even" in x["tags"],
        "q=7": lambda x: "7" in x["title"] or "7" in x["thirdparty_id"] or x["tiny_id"] == 7,
        "q=#7": lambda x: x["tiny_id"] == 7,
        "q=datadog eu": lambda x: x["source_id"] == one["id"],
        "q=payments hot": lambda x: b["id"] in x["destination_team_ids"] and "hot" in x["title"],
        "q=payments&status=open": lambda x: b["id"] in x["destination_team_ids"] and x["status"] == "open",
        "q=nothing such": lambda x: False,
    }


def by_id(some):
    first, second = some[3], some[30]
    return {
        f"id={first['id']}": lambda x: x is first,
        f"id={first['prefix_id']},{second['id']}": lambda x: x in (first, second),
        f"prefix_id={second['prefix_id']}&status={second['status']}": lambda x: x is second,
        f"id={first['id']}&ops=id:ne": lambda x: x is not first,
        "id=nope": lambda x: False,
        f"q={first['id'].lower()}": lambda x: x is first,
        f"q={first['prefix_id']}": lambda x: x is first,
    }


def test_filters_find_what_the_alerts_say_whichever_index_answers_them(world, some):
    for query, test in {**filters(world), **by_id(some)}.items():
        found, total = walk(world, "/alerts?" + quote(query, safe="=&[]"))
        assert (query, found) == (query, [alert["tiny_id"] for alert in reversed(some) if test(alert)])
        assert (query, total) == (query, len(found))


def test_filters_find_the_same_however_little_one_page_may_look_at(world, monkeypatch):
    from chalicelib.storage import walk as walks

    few = fill(world, 40)
    monkeypatch.setattr(walks, "PAGE", walks.Bounds(rows=12, items=8, size=10**6))
    monkeypatch.setattr(walks, "_FIRST_LOOK", 2)
    for query, test in {**filters(world), **by_id(few)}.items():
        found, _ = walk(world, "/alerts?" + quote(query, safe="=&[]"), limit=7)
        assert (query, found) == (query, [alert["tiny_id"] for alert in reversed(few) if test(alert)])


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
        key = URGENCIES.index if attribute == "urgency" else key
        assert values == sorted(values, key=key, reverse=direction == "desc")
        assert found["total_count"] == 80


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_what_is_not_over_is_sorted_by_urgency_page_by_page(world, some, monkeypatch, direction, bounded):
    from chalicelib.storage import walk as walks

    if bounded:
        monkeypatch.setattr(walks, "PAGE", walks.Bounds(rows=9, items=4, size=10**6))
        monkeypatch.setattr(walks, "_FIRST_LOOK", 3)
    descending = direction == "desc"
    live = sorted(
        (alert for alert in some if alert["status"] in ("open", "dropped")),
        key=lambda alert: (URGENCIES.index(alert["urgency"]), alert["id"]),
        reverse=descending,
    )
    path = f"/alerts?status=open,dropped&sort=urgency&direction={direction}"
    for narrowed, test in (("", lambda alert: True), ("&q=cpu", lambda alert: "CPU" in alert["title"])):
        expected = [alert["tiny_id"] for alert in live if test(alert)]
        assert walk(world, path + narrowed, limit=7)[0] == expected
        if not bounded:
            assert walk(world, path + narrowed, "offset", limit=7) == (expected, len(expected))


def test_a_cursor_of_another_order_is_refused(world, some, refused):
    cursor = world.ok("GET", "/alerts?status=open&sort=urgency&limit=1")["next_cursor"]
    assert cursor.startswith("high.")
    assert "cursor" in refused(400, "GET", f"/alerts?status=open&cursor={cursor}")
    assert "cursor" in refused(400, "GET", f"/alerts?status=open&urgency=low&sort=urgency&cursor={cursor}")
    assert "cursor" in refused(400, "GET", f"/alerts?status=open&sort=urgency&cursor={some[0]['id']}")


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
    from chalicelib.storage import walk as walks

    monkeypatch.setattr(walks, "PAGE", walks.Bounds(rows=36, items=30, size=10**6))
    found = world.ok("GET", "/alerts?limit=5")
    assert (found["total_count"], found["total_count_exact"], found["has_more"]) == (36, False, True)
    found = world.ok("GET", "/alerts?limit=5&title=Disk&ops=title:contains")
    assert 6 <= found["total_count"] < 40 and found["total_count_exact"] is False
    assert walk(world, "/alerts?status=open")[1] == 20


def test_a_page_that_looked_at_all_it_may_says_how_to_go_on_even_if_it_is_empty(world, some, monkeypatch):
    from chalicelib.storage import walk as walks

    monkeypatch.setattr(walks, "PAGE", walks.Bounds(rows=30, items=10, size=10**6))
    for query in ("q=#2", "tiny_id=2", "title=Disk 1 full", "additional_data=x&ops=additional_data:contains"):
        found = world.ok("GET", f"/alerts?{quote(query, safe='=&:')}")
        assert (found["data"], found["has_more"], found["total_count_exact"]) == ([], True, False)
        assert found["next_cursor"]
    assert walk(world, "/alerts?tiny_id=2")[0] == [2]


def test_an_order_that_would_read_too_much_is_refused_before_anything_is_loaded(world, some, monkeypatch, refused):
    from chalicelib.storage import alerts as stored
    from chalicelib.storage import walk as walks

    monkeypatch.setattr(walks, "SORTED", walks.Bounds(rows=3000, items=40, size=10**6))
    monkeypatch.setattr(stored, "weighed", None)
    assert "sort by title takes at most 40 rows" in refused(400, "GET", "/alerts?sort=title")
    monkeypatch.undo()
    monkeypatch.setattr(walks, "SORTED", walks.Bounds(rows=3000, items=40, size=10**6))
    assert len(world.ok("GET", "/alerts?sort=title&status=open&limit=100")["data"]) == 20


def test_alerts_found_by_a_part_of_their_texts_are_looked_at_themselves(world):
    """What indexes hold of long texts ends in an ellipsis; what is behind it is found all the same."""
    team, last = world.team("First"), world.team("Last")
    source = world.integration(team_ids=[world.team(f"T{n}")["id"] for n in range(7)] + [last["id"]])
    world.send(source, {"event_type": "create", "Id": "long", "Title": "x" * 300 + " needle", "Urgency": "high"})
    world.send(source, {"event_type": "create", "Id": "other", "Title": "Something else"})
    for query in ("q=needle", "q=needle&status=open", "q=last needle", "title=needle&ops=title:contains"):
        found = world.ok("GET", f"/alerts?{quote(query, safe='=&')}")
        assert ([row["thirdparty_id"] for row in found["data"]], found["total_count"]) == (["long"], 1)
    found = world.ok("GET", f"/alerts?status=open&destination_team_ids={last['id']}&limit=1")
    assert (len(found["data"]), found["total_count"], found["has_more"]) == (1, 2, True)
    assert world.alerts(status="open", destination_team_ids=team["id"]) == []


def test_searching_by_name_follows_a_new_name(world):
    integration = world.integration(name="Datadog EU")
    world.send(integration, {"event_type": "create", "Id": "1", "Title": "cpu"})
    world.ok("PUT", f"/integrations/{integration['id']}", {"name": "Datadog Frankfurt"})
    assert len(world.alerts(q="frankfurt")) == 1
    assert world.alerts(q="EU") == []
    assert [row["title"] for row in world.alerts(q="frankfurt", status="open")] == ["cpu"]


def test_counts_of_duplicates_can_be_filtered_by_and_are_shown_in_lists(world):
    integration = world.integration()
    for key in ("a", "b", "a", "a"):
        world.send(integration, {"event_type": "create", "Id": key, "Title": key})
    assert [(row["title"], row["dedup_count"]) for row in world.alerts()] == [("b", 0), ("a", 2)]
    assert [row["title"] for row in world.alerts(dedup_count=2)] == ["a"]
    assert [row["title"] for row in world.alerts(sort="dedup_count", direction="asc")] == ["b", "a"]
