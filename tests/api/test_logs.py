"""Logs over HTTP: what arrived, what was done with it, and doing it again."""

from __future__ import annotations

import pytest

CREATE = {"event_type": "create", "Id": "k", "Title": "Disk full"}


def test_the_log_of_a_request_shows_it_as_it_came(world):
    integration = world.integration()
    assert world.http("POST", f"/integration/{integration['prefix_id']}?a=1", CREATE, {"X-Sent-By": "me"}).status == 200
    world.deliver()
    (log,) = world.requests(integration)
    assert (log["owner_type"], log["owner_id"], log["level"], log["format"]) == (
        "Integration",
        integration["id"],
        "info",
        "json",
    )
    message = log["details"]["message"]
    assert message["method"] == "POST"
    assert message["headers"]["HTTP_X_SENT_BY"] == "me"
    assert message["params"]["a"] == "1"
    assert message["params"]["Title"] == "Disk full"
    assert message["remote_ip"] == "127.0.0.1"
    assert message["url"].endswith(f"/integration/{integration['prefix_id']}?a=1")
    assert all({"message", "level", "time"} <= set(entry) for entry in log["details"]["sublogs"])
    assert world.ok("GET", f"/logs/{log['id']}") == world.ok("GET", f"/logs/{log['prefix_id']}") == log
    (alert,) = world.alerts()
    assert alert["source_log_id"] == log["id"]


def test_logs_are_filtered_by_owner_level_text_and_time(world):
    first, second = world.integration(name="A"), world.integration(name="B")
    for integration in (first, second, first):
        world.send(integration, CREATE)
        world.clock.shift(60)
    world.send(second, "no payload of ours")

    def owners(query):
        return [log["owner_id"] for log in world.ok("GET", f"/logs?limit=100&format=json&{query}")["data"]]

    for form in ("id", "prefix_id"):
        assert owners(f"owner_id={first[form]}") == [first["id"]] * 2
        assert owners(f"owner_id={first[form]}&owner_type=Alert") == []
        assert first["id"] not in owners(f"owner_id={first[form]}&ops=owner_id:ne")
    assert owners("owner_id=int_nope") == []
    assert owners("owner_type=Integration") == [second["id"], first["id"], second["id"], first["id"]]
    assert owners("owner_type=Integration&created_at=2026-03-02T09:02:00Z&ops=created_at:gte") == [
        second["id"],
        first["id"],
    ]
    assert owners("q=no payload of ours".replace(" ", "%20")) == [second["id"]]
    found = world.ok("GET", f"/logs?owner_id={second['id']}&limit=2")
    assert (found["total_count"], found["has_more"]) == (3, True)  # its making left one, too
    following = world.ok("GET", f"/logs?owner_id={second['id']}&limit=2&cursor={found['next_cursor']}")
    assert (len(following["data"]), following["has_more"]) == (1, False)


@pytest.mark.parametrize("bounded", [False, True])
def test_logs_are_found_by_what_was_done_and_how_grave_it_was(world, monkeypatch, bounded):
    from chalicelib.storage import walk

    if bounded:
        monkeypatch.setattr(walk, "PAGE", walk.Bounds(rows=16, items=3, size=10**6))
        monkeypatch.setattr(walk, "_FIRST_LOOK", 2)
    first, second = world.integration(name="A"), world.integration(name="B", option_token="correct horse")
    for number in range(4):
        world.send(first, {"event_type": "create", "Id": str(number), "Title": "Disk full"})
        world.send(first, "no payload of ours")
        world.send(first, {"event_type": "resolve", "Id": str(number)})
        assert world.hook(second, CREATE, Authorization="Bearer wrong").status == 403
        world.deliver()
        world.clock.shift(60)
    everything = all_of(world, "/logs")
    assert len(everything) > 16
    action = lambda log: dict(log["details"]["message"]).get("action") if log["format"] == "json" else None  # noqa: E731
    cases = {
        "action=other": lambda log: action(log) == "other",
        "action=create,resolve": lambda log: action(log) in ("create", "resolve"),
        "action=other&ops=action:ne": lambda log: action(log) != "other",
        "level=warn": lambda log: log["level"] == "warn",
        "level=warn,error": lambda log: log["level"] != "info",
        "level=info&ops=level:ne": lambda log: log["level"] != "info",
        "level=info": lambda log: log["level"] == "info",
        f"level=warn&owner_id={second['prefix_id']}": lambda log: log["level"] == "warn",
        f"level=warn&owner_id={first['id']}": lambda log: False,
        "level=warn&action=refused": lambda log: log["level"] == "warn",
        f"owner_id={first['id']}&action=other": lambda log: action(log) == "other",
        f"owner_id={first['id']},{second['prefix_id']}": lambda log: log["owner_type"] == "Integration",
        f"owner_id={first['id']}&ops=owner_id:ne": lambda log: log["owner_id"] != first["id"],
        "owner_type=Integration": lambda log: log["owner_type"] == "Integration",
        "owner_type=Alert": lambda log: log["owner_type"] == "Alert",
        "state=refused": lambda log: log["state"] == "refused",
        f"id={everything[3]['prefix_id']},{everything[5]['id']}": lambda log: log in (everything[3], everything[5]),
        "q=disk%20full": lambda log: "Disk full" in str(log["details"]),
    }
    for query, test in cases.items():
        assert (query, all_of(world, f"/logs?{query}")) == (query, list(filter(test, everything)))


def all_of(world, path):
    rows, cursor = [], ""
    while cursor is not None:
        found = world.ok("GET", f"{path}{'&' if '?' in path else '?'}limit=4&cursor={cursor}")
        rows, cursor = rows + found["data"], found["next_cursor"]
    return rows


def test_logs_of_a_deleted_integration_can_still_be_read(world):
    integration = world.integration()
    world.send(integration, CREATE)
    assert world.api("DELETE", f"/integrations/{integration['id']}").status == 204
    (log,) = world.requests(integration)
    assert world.api("POST", f"/logs/{log['id']}/replay").status == 409
    (alert,) = world.alerts(source_id=integration["id"])
    assert alert["title"] == "Disk full"


def test_a_replay_does_what_the_request_would_do_now(world, refused):
    integration = world.integration()
    world.send(integration, CREATE)
    (log,) = world.requests(integration)
    answer = world.api("POST", f"/logs/{log['prefix_id']}/replay")
    assert (answer.status, answer.json["replay_of"]) == (202, log["id"])
    world.deliver()
    (alert,) = world.alerts()
    assert alert["dedup_count"] == 1
    world.ok("POST", f"/alerts/{alert['id']}/resolve")
    world.api("POST", f"/logs/{log['id']}/replay")
    world.deliver()
    assert [alert["status"] for alert in world.alerts()] == ["open", "resolved"]
    replayed = world.ok("GET", f"/logs/{answer.json['log_id']}")
    assert replayed["owner_id"] == integration["id"]


def test_only_logs_of_requests_can_be_replayed(world, refused):
    integration = world.integration()
    world.send(integration, CREATE)
    (alert,) = world.alerts()
    world.ok("POST", f"/alerts/{alert['id']}/acknowledge")
    log = world.ok("GET", f"/logs?owner_id={alert['id']}")["data"][0]
    assert "holds no request" in refused(422, "POST", f"/logs/{log['id']}/replay")
    assert refused(404, "POST", "/logs/log_nope/replay") == "log not found"
    assert refused(404, "GET", "/logs/nope") == "log not found"
