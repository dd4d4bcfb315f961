"""The schedule tells whoever watches from outside that it still runs, and only then."""

from __future__ import annotations

import pytest

from chalicelib.handling.schedule import tick
from chalicelib.storage import timers


def test_a_run_is_followed_by_one_heartbeat(world):
    beats = []
    tick(world.now, "https://heartbeat.example.com/x", lambda url: beats.append(url) or b"")
    assert beats == ["https://heartbeat.example.com/x"]


def test_a_run_that_fails_sends_no_heartbeat(world, monkeypatch):
    def broken(*_):
        raise ConnectionError("no database")

    monkeypatch.setattr(timers, "due", broken)
    beats = []
    with pytest.raises(ConnectionError):
        tick(world.now, "https://heartbeat.example.com/x", lambda url: beats.append(url) or b"")
    assert beats == []


def test_a_heartbeat_that_nobody_takes_does_not_fail_the_run(world):
    def refused(url):
        raise OSError("refused")

    assert tick(world.now, "https://heartbeat.example.com/x", refused).sent == 0


def test_a_timer_that_always_fails_is_searched_for_ever_less_often_and_given_up_with_a_log(world, monkeypatch):
    from chalicelib.handling.timers import auto_resolve

    integration = world.integration(option_auto_resolve_timeout="15m")
    world.send(integration, {"event_type": "create", "Id": "k", "Title": "Stuck"})
    (alert,) = world.alerts()

    def broken(*_):
        raise RuntimeError("no luck")

    monkeypatch.setattr(auto_resolve, "fire", broken)
    sent = []
    world.wait(minutes=16)  # sent at once, with a delay, and failed
    for _ in range(18 * 60):
        world.clock.shift(60)
        moved = tick(world.now)
        sent.append(moved.sent)
        world.messages("TASKS_QUEUE_URL")  # received and never done
    assert sum(sent) == 9  # after the search that came a minute after it was due
    logs = world.ok("GET", f"/logs?owner_id={alert['id']}&level=error")["data"]
    assert [log["details"]["message"] for log in logs] == [
        "auto resolve was given up: it failed every time since it was due"
    ]
    assert tick(world.now).overdue_ms == 0
