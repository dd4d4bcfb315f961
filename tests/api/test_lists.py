"""Lists, the same everywhere: pages, filters with operators, sorting, search."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from chalicelib import ids
from chalicelib.times import iso


@pytest.fixture
def teams(world):
    """Seven teams, a minute apart, oldest first."""
    made = []
    for name in ("Delta", "alpha", "Bravo", "charlie", "echo", "foxtrot", "Golf"):
        made.append(world.team(name, notes=None if name == "Bravo" else f"on {name}", meta={"size": len(made)}))
        world.clock.shift(60)
    return made


@pytest.fixture
def names(world):
    def listed(query: str = "", path: str = "/teams") -> list[str]:
        return [row["name"] for row in world.ok("GET", f"{path}?limit=100&direction=asc&{query}")["data"]]

    return listed


def test_the_newest_come_first_ten_at_a_time(world, teams):
    for number in range(5):
        world.team(f"Extra {number}")
    found = world.ok("GET", "/teams")
    assert [row["name"] for row in found["data"][:6]] == ["Extra 4", "Extra 3", "Extra 2", "Extra 1", "Extra 0", "Golf"]
    assert (len(found["data"]), found["has_more"], found["total_count"]) == (10, True, 12)


@pytest.mark.parametrize("way", ["offset", "page", "cursor"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("order", ["", "&sort=name", "&sort=tiny_id&direction=asc"])
def test_pages_hold_every_row_once_and_say_when_they_end(world, teams, way, limit, order):
    seen, step, cursor = [], 0, None
    while True:
        at = {"offset": f"offset={step * limit}", "page": f"page={step + 1}", "cursor": f"cursor={cursor or ''}"}[way]
        found = world.ok("GET", f"/teams?limit={limit}&{at}{order}")
        assert found["total_count"] == 7
        assert len(found["data"]) <= limit
        seen += [row["id"] for row in found["data"]]
        step, cursor = step + 1, found["next_cursor"]
        if not found["has_more"]:
            break
    assert cursor is None
    assert sorted(seen) == sorted(team["id"] for team in teams)
    assert step == -(-7 // limit)


def test_a_page_past_the_end_is_empty(world, teams):
    found = world.ok("GET", "/teams?offset=50")
    assert (found["data"], found["has_more"], found["total_count"]) == ([], False, 7)


def test_a_limit_over_the_largest_is_the_largest(world, teams):
    assert len(world.ok("GET", "/teams?limit=1000")["data"]) == 7


@pytest.mark.parametrize("path", ["/teams", "/alerts", "/logs", "/comments", "/routers"])
def test_a_cursor_that_is_none_is_refused(refused, path):
    assert "cursor" in refused(400, "GET", f"{path}?cursor=zzz")


def test_a_cursor_that_went_away_is_refused_where_no_place_can_be_told(world, teams, refused):
    cursor = world.ok("GET", "/teams?limit=2&sort=name")["next_cursor"]
    world.ok("DELETE", f"/teams/{cursor}")
    assert "cursor" in refused(400, "GET", f"/teams?limit=2&sort=name&cursor={cursor}")
    found = world.ok("GET", f"/teams?limit=1&cursor={cursor}")["data"]
    assert [team["created_at"] < cursor_time(cursor) for team in found] == [True]


def cursor_time(cursor: str) -> str:
    return iso(ids.time_of(cursor))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("name=alpha", "alpha"),
        ("name=Alpha", ""),
        ("name=alpha&ops=name:equals", "alpha"),
        ("name=alpha&ops=name:ne", "Delta Bravo charlie echo foxtrot Golf"),
        ("tiny_id=3", "Bravo"),
        ("tiny_id=3&ops=tiny_id:lt", "Delta alpha"),
        ("tiny_id=3&ops=tiny_id:lte", "Delta alpha Bravo"),
        ("tiny_id=5&ops=tiny_id:gt", "foxtrot Golf"),
        ("tiny_id=5&ops=tiny_id:gte", "echo foxtrot Golf"),
        ("tiny_id=10&ops=tiny_id:lt", "Delta alpha Bravo charlie echo foxtrot Golf"),  # as numbers, not as text
        ("tiny_id=2..3&ops=tiny_id:between", "alpha Bravo"),
        ("name=c&ops=name:gt", "charlie echo foxtrot"),
        ("name=fox&ops=name:beginsWith", "foxtrot"),
        ("name=l&ops=name:contains", "Delta alpha charlie Golf"),
        ("notes=on Delta", "Delta"),
        ("notes=", "Bravo"),
        ("notes=on Delta&ops=notes:ne", "alpha Bravo charlie echo foxtrot Golf"),
        ("notes=on&ops=notes:contains", "Delta alpha charlie echo foxtrot Golf"),
        ("meta.size=4", "echo"),
        ("created_at=2026-03-02T09:02:00Z", "Bravo"),
        ("created_at=2026-03-02 09:02:00&ops=created_at:lt", "Delta alpha"),
        ("created_at=2026-03-02T10:02:00 01:00&ops=created_at:lte", "Delta alpha Bravo"),  # the plus became a space
        ("created_at=2026-03-02T09:01:00Z..2026-03-02T09:02:00Z&ops=created_at:between", "alpha Bravo"),
        ("name=a&tiny_id=3&ops=name:contains,tiny_id:gte", "Bravo charlie"),
        ("ops=name:contains&name=a&ops=tiny_id:gte&tiny_id=3", "Bravo charlie"),
        ("name=alpha&name=echo", "alpha echo"),
        ("name[]=alpha&name[]=echo", "alpha echo"),
        ("name=alpha&name=echo&ops=name:ne", "Delta Bravo charlie foxtrot Golf"),
        ("name=al&name=fox&ops=name:beginsWith", "alpha foxtrot"),
        ("name=alpha,echo", ""),  # a comma may be in a name
        ("tiny_id=1,2,7", "Delta alpha Golf"),
        ("tiny_id=2&tiny_id=4&ops=tiny_id:gt,tiny_id:lte", "Bravo charlie"),
        ("tiny_id=2&tiny_id=4&ops=tiny_id:gt&ops=tiny_id:lte", "Bravo charlie"),
        (
            "created_at=2026-03-02T09:01:00Z&created_at=2026-03-02T09:03:00Z&ops=created_at:gte,created_at:lt",
            "alpha Bravo",
        ),
        ("limit=100&limit=100", "Delta alpha Bravo charlie echo foxtrot Golf"),
        ("nothing_such=1", "Delta alpha Bravo charlie echo foxtrot Golf"),
        ("q=ALPHA", "alpha"),
        ("q=a&tiny_id=2&ops=tiny_id:lte", "Delta alpha"),
        ("q=xyz", ""),
    ],
)
def test_filters_and_operators(teams, names, query, expected):
    assert names(quote(query, safe="=&:")) == expected.split()


def test_a_filter_on_a_list_asks_for_a_member_in_either_form_of_its_id(world, teams, names, person):
    member, _ = person()
    world.team("Both", member_account_user_ids=[member["id"], world.account.user["id"]])
    for form in ("id", "prefix_id"):
        assert names(f"member_account_user_ids={member[form]}") == ["Both"]
        assert names(f"member_account_user_ids={member[form]}&ops=member_account_user_ids:contains") == ["Both"]
        assert len(names(f"member_account_user_ids={member[form]}&ops=member_account_user_ids:ne")) == 7


def test_a_filter_on_one_id_takes_either_form(world, names):
    team, other = world.team("A"), world.team("B")
    for found in (team, other):
        world.ok("POST", "/routers", {"name": found["name"], "default_receiver_team_id": found["id"]})
    for form in ("id", "prefix_id"):
        assert names(f"default_receiver_team_id={team[form]}", "/routers") == ["A"]
        assert names(f"default_receiver_team_id={team[form]}&ops=default_receiver_team_id:ne", "/routers") == ["B"]
        assert names(f"{form}={team[form]}") == ["A"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=name&direction=asc", "alpha Bravo charlie Delta echo foxtrot Golf"),
        ("sort=name&direction=desc", "Golf foxtrot echo Delta charlie Bravo alpha"),
        ("sort=tiny_id&direction=asc", "Delta alpha Bravo charlie echo foxtrot Golf"),
        ("sort=notes&direction=asc", "alpha charlie Delta echo foxtrot Golf Bravo"),  # null is last
        ("sort=notes&direction=DESC", "Golf foxtrot echo Delta charlie alpha Bravo"),
        ("direction=asc", "Delta alpha Bravo charlie echo foxtrot Golf"),
    ],
)
def test_sorting(world, teams, query, expected):
    assert [row["name"] for row in world.ok("GET", f"/teams?{query}")["data"]] == expected.split()


def test_sorting_by_what_rows_do_not_have_is_refused(teams, refused):
    assert refused(400, "GET", "/teams?sort=colour") == "sort names 'colour', which is no attribute"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("name=a&ops=name:between", "name: between needs low..high, not 'a'"),
        ("limit=1&limit=2", "limit is given 2 times, with different values"),
        ("q=a&q=b", "q is given 2 times, with different values"),
        ("sort=name&sort=id", "sort is given 2 times, with different values"),
        ("created_at=2026-01-01&ops=created_at:gte,created_at:lte", "created_at has 2 operators and 1 values"),
        ("created_at=2026-01-01&created_at=2026-02-01&ops=created_at:gte", "created_at has 2 values: gte takes one"),
        ("created_at=yesterday&ops=created_at:gt", "created_at must be a time in ISO 8601, not 'yesterday'"),
        ("updated_at=yesterday", "updated_at must be a time in ISO 8601, not 'yesterday'"),
        ("created_at=2026-01-01..now&ops=created_at:between", "created_at must be a time in ISO 8601, not 'now'"),
        ("created_at=2026-01-01..2026-02-01", "created_at must be a time in ISO 8601"),
        ("tiny_id=x", "tiny_id must be a whole number, not 'x'"),
        ("tiny_id=1,2&ops=tiny_id:gt", "tiny_id has 2 values: gt takes one"),
        ("urgency=high,hgih", "urgency must be one of silent, low, medium, high, critical, not 'hgih'"),
        ("q=" + "a%20" * 11, "q takes at most 10 words and 200 characters"),
        ("q=" + "a" * 201, "q takes at most 10 words and 200 characters"),
        ("tiny_id=" + ",".join(map(str, range(101))), "tiny_id has 101 values: at most 100 can be asked for at once"),
        ("ops=name:equals", "ops names name, but no parameter name is given"),
        ("name=a&ops=name:like", "ops has the unknown operator 'like' for name"),
    ],
)
@pytest.mark.parametrize("path", ["/teams", "/alerts", "/logs", "/comments"])
def test_what_cannot_be_asked_is_refused_by_its_name(refused, path, query, message):
    assert message in refused(400, "GET", f"{path}?{query}")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("/alerts?status=nonsense", "status must be one of queued, open, acknowledged, resolved, dropped, suppressed"),
        ("/alerts?status=open,resolvd", "not 'resolvd'"),
        ("/alerts?status=resolvd&ops=status:ne", "not 'resolvd'"),
        ("/logs?level=fatal", "level must be one of info, warn, error, not 'fatal'"),
    ],
)
def test_a_word_that_an_attribute_can_never_be_is_refused(refused, query, message):
    assert message in refused(400, "GET", query)


@pytest.mark.parametrize("path", ["account_users", "teams", "routers", "stakeholders", "integrations", "alerts"])
def test_every_list_has_the_same_keys_and_rows_as_retrieved(world, one_of_each, path):
    found = world.ok("GET", f"/{path}")
    assert {"data", "has_more", "total_count", "next_cursor"} <= set(found)
    assert world.ok("GET", f"/{path}/{one_of_each[path]['id']}") in found["data"]


def test_account_users_are_found_by_name_address_number_and_role(world, person):
    member, _ = person("Bob", roles={"communicator": True})
    path = f"/account_users/{member['id']}"
    world.ok("PUT", path, {"user_attributes": {"phones_attributes": [{"phone": "+14155550100"}]}})
    for text in ("bob", "bob@", "4155550100", "communicator", "BOB example"):
        assert [row["id"] for row in world.ok("GET", f"/account_users?q={quote(text)}")["data"]] == [member["id"]]


def test_integration_types_are_listed_by_name_with_ids_that_never_change(world):
    found = world.ok("GET", "/integration_types?limit=100")
    names = [row["name"] for row in found["data"]]
    assert names == sorted(names, key=str.lower)
    assert found["total_count"] == len(names) > 40
    by_slug = {row["slug"]: row["id"] for row in found["data"]}
    assert by_slug["webhook"] == "01EJ3PX000SZ57Z7DC57EJCB7X"
    kind = world.ok("GET", "/integration_types/webhook")
    assert world.ok("GET", f"/integration_types/{kind['id']}") == kind
    assert world.ok("GET", f"/integration_types/{kind['prefix_id']}") == kind
    assert world.api("GET", "/integration_types/nope").status == 404
    assert [row["slug"] for row in world.ok("GET", "/integration_types?q=prometheus")["data"]] == ["prometheus"]
