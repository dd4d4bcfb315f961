"""Reading requests: what no storage could hold never gets in."""

from __future__ import annotations

from chalicelib.adapters.kit.request import Request


def test_half_a_surrogate_pair_is_read_as_the_replacement_character():
    request = Request(
        headers={"content-type": "application/json"}, body=rb'{"a": "x\ud800y", "\udc00": ["\ud83d\ude00"]}'
    )
    assert request.params == {"a": "x\ufffdy", "\ufffd": ["\U0001f600"]}


def test_a_charset_that_smuggles_surrogates_gives_text_that_can_be_stored():
    request = Request(headers={"content-type": "text/plain; charset=unicode_escape"}, body=rb"x\ud800y")
    assert request.text.encode() == "x\ufffdy".encode()


def test_a_webhook_with_half_a_surrogate_pair_becomes_an_alert(world):
    integration = world.integration()
    world.send(integration, '{"event_type": "create", "Id": "k", "Title": "down \\ud800"}')
    (alert,) = world.alerts()
    assert alert["title"] == "down \ufffd"
