"""Lists page past what is gone: DynamoDB deletes an alert, its satellites and index rows each in its own time."""

from __future__ import annotations

import pytest

MANY = 15


@pytest.fixture
def team(world):
    """A team with fifteen alerts, of which the twelve newest expired: only what lists find them by is left."""
    from chalicelib.storage import alerts, clients

    team = world.team()
    integration = world.integration(team_ids=[team["id"]])
    for number in range(MANY):
        world.hook(integration, {"event_type": "create", "Id": str(number), "Title": f"Alert {number}"})
        world.clock.shift(1)
    world.deliver()
    for row in world.ok("GET", f"/teams/{team['id']}/alerts?limit=12")["data"]:
        table = clients.name(alerts.TABLE)
        clients.dynamodb().delete_item(TableName=table, Key={"pk": {"S": row["prefix_id"]}, "sk": {"S": "alert"}})
    return team


def pages(world, path, limit):
    """The pages of a list, each one's cursor checked against what it says of more."""
    cursor, found = "", []
    while cursor is not None:
        page = world.ok("GET", f"{path}{'&' if '?' in path else '?'}limit={limit}&cursor={cursor}")
        assert page["has_more"] is (page["next_cursor"] is not None)
        assert page["total_count"] >= len(page["data"]) + page["has_more"]
        found.append([row["id"] for row in page["data"]])
        cursor = page["next_cursor"]
    return found


def test_a_teams_list_shows_the_alerts_that_are_left_on_its_first_page(world, team):
    found = world.ok("GET", f"/teams/{team['id']}/alerts?limit=10")
    assert [row["title"] for row in found["data"]] == ["Alert 2", "Alert 1", "Alert 0"]
    assert (found["has_more"], found["next_cursor"]) == (False, None)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("query", ["", "?status=resolved&ops=status:ne", "?title=Alert&ops=title:contains"])
def test_every_page_past_what_is_gone_leads_to_the_next(world, team, limit, query):
    found = pages(world, f"/teams/{team['id']}/alerts{query}", limit)
    assert len({identifier for page in found for identifier in page}) == 3
    assert all(found[:-1])  # pages in between are not empty, as nothing bounded them


def test_a_page_whose_bounds_end_among_what_is_gone_goes_on_from_there(world, team, monkeypatch):
    from chalicelib.storage import walk

    monkeypatch.setattr(walk, "PAGE", walk.Bounds(rows=100, items=4, size=10**6))
    found = pages(world, f"/teams/{team['id']}/alerts", 10)
    assert [len(page) for page in found] == [0, 0, 0, 3]


@pytest.mark.parametrize("path", ["/comments", "/alerts/{}/comments"])
def test_comments_page_past_what_is_gone(world, team, monkeypatch, path):
    from chalicelib.storage import comments

    (alert, *_) = world.ok("GET", f"/teams/{team['id']}/alerts")["data"]
    made = [world.ok("POST", f"/alerts/{alert['id']}/comments", {"body": str(number)}) for number in range(MANY)]
    gone, read_many = {comment["prefix_id"] for comment in made[3:]}, comments.read_many
    monkeypatch.setattr(
        comments, "read_many", lambda account, keys: read_many(account, [k for k in keys if k not in gone])
    )
    for limit in (1, 2, 10):
        found = pages(world, path.format(alert["id"]), limit)
        assert [identifier for page in found for identifier in page] == [
            comment["id"] for comment in reversed(made[:3])
        ]


@pytest.mark.parametrize("query", ["", "?owner_id={}", "?action=other", "?owner_id={}&level=info"])
def test_logs_page_past_what_is_over(world, query):
    integration = world.integration()
    for number in range(MANY):
        world.send(integration, "no payload of ours")
        world.clock.shift(29 * 86_400 if number == 2 else 60)
    world.clock.shift(2 * 86_400)
    found = pages(world, "/logs" + query.format(integration["id"]), 10)
    assert [len(page) for page in found] == [10, 2]
