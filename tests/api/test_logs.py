"""Logs over HTTP: what arrived, what was done with it, and doing it again."""

from __future__ import annotations

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
