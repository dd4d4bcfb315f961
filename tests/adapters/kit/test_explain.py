"""A note on a request that does nothing says which value was not understood, without a word from the adapter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import adapters
from chalicelib.adapters.kit import Action, Adapter, Option, Request, adapt, text
from chalicelib.adapters.kit.examples import request_of
from chalicelib.adapters.kit.options import defaults, read_options

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Lamp(Adapter):
    name = "Lamp"
    OPTIONS = (Option("create_on_dim", bool, "A lamp that goes dim makes an alert.", default=False),)
    ACTIONS = {"broken": Action.CREATE, "dim": Action.CREATE, "lit": Action.RESOLVE, "new": Action.OTHER}
    SWITCHES = {"dim": "create_on_dim"}

    def action(self, request: Request) -> Action:
        return self.action_of(request.get("lamp.state"))


class Door(Adapter):
    name = "Door"
    ACTIONS = {("open", "shut"): Action.CREATE}

    def action(self, request: Request) -> Action:
        change = (text(request.get("before")), text(request.get("now")))
        return self.ACTIONS.get(change, Action.OTHER)


def note(sent: Any, adapter: type[Adapter] = Lamp, headers: dict[str, str] = JSON, **options: Any) -> str | None:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    outcome = adapt(adapter(read_options(adapter, options, {})), Request(headers=headers, body=body))
    assert outcome.action is Action.OTHER
    return outcome.note


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"lamp": {"state": "off"}}, "lamp.state is 'off': this type knows broken, dim, lit and new"),
        ({"lamp": {"state": 3}}, "lamp.state is 3: this type knows broken, dim, lit and new"),
        ({"lamp": {"status": "off"}}, "lamp.state is missing: the request has lamp"),
        ({"state": "off", "b": 1, "c": 2}, "lamp.state is missing: the request has state, b and c"),
        ({str(n): n for n in range(9)}, "lamp.state is missing: the request has 0, 1, 2, 3, 4, 5 and 3 more"),
        ({"lamp": {"state": None}}, "lamp.state is missing: the request has lamp"),
        ({"lamp": {"state": "$STATE"}}, "lamp.state is the placeholder '$STATE', which nobody filled in"),
        ({"lamp": {"state": "new"}}, "lamp.state is 'new': this type does nothing with that"),
        ({"lamp": {"state": "DIM"}}, "lamp.state is 'DIM', and the option create_on_dim is off"),
        ({"lamp": {"state": "x" * 99}}, f"lamp.state is '{'x' * 60}…': this type knows broken, dim, lit and new"),
        ([{"lamp": 1}], "the body is a list, an object was expected"),
        (b'"lit"', "the body is JSON but no object"),
        (b"", "the request is empty: it has neither a body nor parameters"),
        (b"lamp: broken", "the body is not JSON: Expecting value at line 1 column 1"),
        (b'{"lamp": "off" "b": 1}', "the body is not JSON: Expecting ',' delimiter at line 1 column 16"),
    ],
)
def test_a_note_says_what_was_not_understood(sent: Any, told: str) -> None:
    assert note(sent) == told


def test_a_body_that_is_nested_too_deeply_is_told_somehow() -> None:
    assert note(b'{"a": ' * 3000 + b"1" + b"}" * 3000)


def test_bodies_of_other_types_are_told_by_what_they_are() -> None:
    assert note(b"lamp: broken", headers={}) == "the body is neither JSON nor a form: it begins with 'lamp: broken'"
    assert note(b"", headers=FORM) == "the request is empty: it has neither a body nor parameters"
    assert note(b"lamp[state]=off", headers=FORM) == "lamp.state is 'off': this type knows broken, dim, lit and new"
    assert note(b'{"lamp": ', headers={}) == "the body is not JSON: Expecting value at line 1 column 9"


def test_a_change_is_told_by_both_its_values() -> None:
    assert note({"before": "shut", "now": "open"}, Door) == (
        "before is 'shut', now is 'open': this type knows open/shut"
    )
    assert note({"now": "open"}, Door) == "before is missing, now is 'open': this type knows open/shut"
    assert note({"then": "x"}, Door) == "before and now are missing: the request has then"


def test_what_an_option_switches_on_is_done_once_it_is() -> None:
    body = json.dumps({"lamp": {"state": "Dim "}}).encode()
    outcome = adapt(Lamp(read_options(Lamp, {"create_on_dim": True}, {})), Request(body=body))
    assert (outcome.action, outcome.note) == (Action.CREATE, None)


def test_the_adapters_own_word_goes_first_and_none_leaves_it_to_the_fields() -> None:
    class Own(Lamp):
        def explain(self, request: Request) -> str | None:
            return "the lamp is somebody else's" if request.get("owner") else None

    assert note({"owner": "x"}, Own) == "the lamp is somebody else's"
    assert note([], Own) == "the body is a list, an object was expected"


FAULTS = {
    "broken JSON": b'{"status": "firing", "groupKey": "g"',
    "a list": b'[{"status": "firing"}]',
    "the wrong field": b'{"state": "firing", "groupKey": "g"}',
    "the wrong word": b'{"status": "paused", "groupKey": "g"}',
    "another tool's": b'{"ALERT_TRANSITION": "Triggered", "ALERT_ID": "1"}',
    "nothing": b"",
}


def test_the_faults_of_a_first_try_are_told_apart() -> None:
    adapter = adapters.load("prometheus")
    notes = {
        name: adapt(adapter(defaults(adapter)), Request(headers=JSON, body=body)).note for name, body in FAULTS.items()
    }
    assert len(set(notes.values())) == len(FAULTS)
    assert notes["the wrong word"] == "status is 'paused': this type knows firing and resolved"
    assert notes["the wrong field"] == "status is missing: the request has state and groupKey"


@pytest.mark.parametrize("slug", adapters.slugs())
def test_every_type_says_more_than_that_it_does_nothing(slug: str) -> None:
    adapter = adapters.load(slug)
    junk = adapters.load_examples(slug)["junk"]
    options = read_options(adapter, junk.get("options", {}), {})
    outcome = adapt(adapter(options), request_of(junk), check_blocked=False)
    assert outcome.note != "no rule of this integration type covers the request"
