"""Ingress: what senders are answered, and that 200 means taken."""

from __future__ import annotations

import pytest

CREATE = {"event_type": "create", "Id": "k", "Title": "Disk full"}


@pytest.mark.parametrize("method", ["POST", "PUT", "GET"])
def test_a_request_that_is_taken_is_answered_200_with_nothing(world, method):
    integration = world.integration()
    answer = world.hook(integration, None if method == "GET" else CREATE, method)
    assert (answer.status, answer.text) == (200, "")
    assert len(world.messages()) == 1


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_browser_at_an_endpoint_is_told_what_it_is_and_leaves_nothing(world):
    integration = world.integration()
    answer = world.hook(integration, None, "GET", **BROWSER)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/plain")
    assert answer.text == "This is the endpoint of an integration: a tool sends its webhooks here, by POST.\n"
    assert world.http("GET", "/integration/int_00000000000000", headers=BROWSER).status == 404
    assert world.messages() == []


def test_a_browser_at_the_endpoint_of_a_form_is_led_to_its_page(world):
    form = world.integration("form")
    answer = world.hook(form, None, "GET", **BROWSER)
    assert (answer.status, answer.headers["Location"]) == (302, f"/integration/{form['prefix_id']}/form")
    assert form["form_url"] == f"http://signalbox.test{answer.headers['Location']}"
    assert "<form" in world.http("GET", answer.headers["Location"], headers=BROWSER).text
    assert world.integration()["form_url"] is None
    assert world.messages() == []


def test_a_request_with_a_query_is_taken_whatever_it_accepts(world):
    integration = world.integration()
    path = f"/integration/{integration['prefix_id']}?event_type=create&id=k&title=t"
    assert world.http("GET", path, headers=BROWSER).text == ""
    assert len(world.messages()) == 1


def test_query_and_body_are_merged(world):
    integration = world.integration()
    path = f"/integration/{integration['prefix_id']}"
    assert world.http("GET", f"{path}?event_type=create&id=k&title=By+query").status == 200
    assert world.http("POST", f"{path}?event_type=create&id=j", "title=By+form", {"Content-Type": "application/x-www-form-urlencoded"}).status == 200  # fmt: skip
    world.deliver()
    assert [alert["title"] for alert in world.alerts(sort="title", direction="asc")] == ["By form", "By query"]


def test_an_unknown_endpoint_is_404_and_takes_nothing(world):
    for identifier in ("int_00000000000000", "nope", "%00", "x" * 500, world.account.user["prefix_id"]):
        assert world.http("POST", f"/integration/{identifier}", CREATE).status == 404
    assert world.messages() == []


def test_a_disabled_integration_is_405_and_takes_nothing(world):
    integration = world.integration(enabled=False)
    assert world.hook(integration, CREATE).status == 405
    world.ok("PUT", f"/integrations/{integration['id']}", {"enabled": True})
    assert world.hook(integration, CREATE).status == 200
    world.ok("PUT", f"/integrations/{integration['id']}", {"enabled": False})
    assert world.hook(integration, CREATE).status == 405
    assert len(world.messages()) == 1


def test_without_the_right_token_the_answer_is_403_and_nothing_is_taken(world):
    integration = world.integration(option_token="s3cret")
    for headers in ({}, {"pagertree-token": "wrong"}, {"pagertree-token": ""}):
        assert world.hook(integration, CREATE, **headers).status == 403
    world.deliver()
    assert world.alerts() == []
    assert world.hook(integration, CREATE, **{"pagertree-token": "s3cret"}).status == 200


def test_a_refused_request_leaves_a_log_that_says_why_without_its_secrets(world):
    integration = world.integration(option_token="s3cret")
    world.hook(integration, CREATE, **{"pagertree-token": "wr0ng-one"})
    world.deliver()
    (log,) = world.requests(integration)
    assert (log["state"], log["level"]) == ("refused", "warn")
    assert log["details"]["message"]["action"] == "refused"
    assert [note["message"] for note in log["details"]["sublogs"]] == [
        "answered 403: the token or signature is missing or wrong"
    ]
    assert "wr0ng-one" not in str(log)


def test_a_flood_of_refusals_is_logged_in_part_and_says_how_much_was_not(world):
    integration = world.integration(option_token="s3cret")
    for _ in range(30):
        assert world.hook(integration, CREATE).status in (403, 429)
    world.clock.shift(60)
    world.hook(integration, CREATE)
    world.deliver()
    logs = world.requests(integration)
    assert len(logs) == 7
    assert "24 more were refused since the last log" in str(logs[0])


def test_refused_requests_do_not_use_up_the_rate_of_the_right_sender(world):
    integration = world.integration(option_token="s3cret", option_rate_limit=5)
    assert {world.hook(integration, CREATE).status for _ in range(20)} == {403, 429}
    assert world.hook(integration, CREATE, **{"pagertree-token": "s3cret"}).status == 200


def test_a_body_of_one_mebibyte_is_taken_and_a_byte_more_is_413(world):
    integration = world.integration()
    answer = world.hook(integration, b"x" * (1024 * 1024 + 1))
    assert (answer.status, answer.json["code"]) == (413, 413)
    assert answer.json["errors"] == [{"message": "request body is larger than 1 MiB"}]
    assert world.hook(integration, b"x" * (1024 * 1024)).status == 200


def test_over_its_rate_an_integration_answers_429_and_says_when_to_come_back(world):
    integration = world.integration(option_rate_limit=3)
    world.clock.shift(20)
    answers = [world.hook(integration, CREATE) for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["Retry-After"] == "40"
    world.deliver()
    logs = world.requests(integration)
    assert [log["state"] for log in logs] == ["refused", "refused", "done", "done", "done"]
    assert "answered 429: more than 3 requests in this minute" in str(logs[0])
    world.clock.shift(40)
    assert world.hook(integration, CREATE).status == 200


def test_the_rate_of_one_integration_is_not_anothers(world):
    first, second = world.integration(option_rate_limit=1), world.integration(option_rate_limit=1)
    assert [world.hook(found, CREATE).status for found in (first, first, second)] == [200, 429, 200]


@pytest.mark.parametrize("body", ["", "{bad", b"\xff\xfe\x00", "[]", "null", "1e999", '{"a":' * 200 + "1" + "}" * 200])
def test_any_body_of_any_type_is_taken_and_becomes_a_log(world, body):
    integration = world.integration()
    kinds = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x/y", ""]
    for kind in kinds:
        assert world.hook(integration, body, **{"Content-Type": kind}).status == 200
    world.deliver()
    assert len(world.requests(integration)) == len(kinds)


def test_both_forms_of_the_id_are_the_endpoint(world):
    integration = world.integration()
    assert world.http("POST", f"/integration/{integration['id']}", CREATE).status == 200
    assert world.http("POST", f"/integration/{integration['prefix_id']}", CREATE).status == 200


def test_what_is_no_durable_write_is_no_200(world, monkeypatch):
    from chalicelib.storage import messages

    def fail(*arguments, **named):
        raise ConnectionError("the queue is away")

    integration = world.integration()
    monkeypatch.setattr(messages, "send", fail)
    answer = world.hook(integration, CREATE)
    assert answer.status >= 500
    assert answer.json["code"] == answer.status
    assert "away" not in answer.text


def test_another_method_is_a_405_of_the_common_shape(world):
    answer = world.hook(world.integration(), CREATE, "DELETE")
    assert (answer.status, answer.json["code"]) == (405, 405)
