"""The standard webhook's JMESPath expression: refused when it is none, and harmless whatever it does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.kit.adapter import Action, AlertDraft
from chalicelib.adapters.kit.options import defaults, read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.tools.webhook import Webhook
from chalicelib.errors import Invalid

PIECES = (
    "a",
    ".",
    "[",
    "]",
    "*",
    "(",
    ")",
    "@",
    "&",
    "|",
    "sort",
    "'x'",
    "`1`",
    "?",
    "==",
    "{",
    "}",
    ":",
    ",",
    "!",
    " ",
)


@pytest.mark.parametrize("expression", ["details", "events[0].payload", "events[?kind=='alert'] | [0]", "  ", "@"])
def test_an_expression_is_taken(expression: str) -> None:
    assert read_options(Webhook, {"wrapper_key": expression}, {})["wrapper_key"] == expression


@pytest.mark.parametrize("expression", ["a..b", "[", "$.events", "a" * 1001, "(" * 999, "unclosed('"])
def test_what_is_no_expression_is_refused_on_save(expression: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_options(Webhook, {"wrapper_key": expression}, {})
    assert caught.value.messages[0].startswith("option_wrapper_key ")


@pytest.mark.parametrize("expression", ["[@,@][]|" * 24 + "@", "a." * 120 + "b", "[" + "a," * 120 + "a]"])
def test_an_expression_of_too_many_parts_is_refused_on_save(expression: str) -> None:
    with pytest.raises(Invalid, match="option_wrapper_key is too complex \\(at most 100 parts"):
        read_options(Webhook, {"wrapper_key": expression}, {})


@pytest.mark.parametrize(
    "expression",
    [
        *("[@,@][]|" * 18 + "{event_type:@}", "[@,@,@,@,@,@,@,@,@,@]|" * 7 + "{event_type:@}", "a[*].[@,@]|" * 14 + "{id:@}"),
        *("{event_type:join(big,list)}", "{event_type:" + "join(big,[" * 9 + "big" + ",big])" * 9 + "}", "[list,list][]|" * 15 + "@"),
    ],
)  # fmt: skip
def test_an_expression_that_grows_is_given_up_and_leaves_the_body_as_it_is(expression: str) -> None:
    body = {"event_type": "resolve", "id": 7, "a": [1] * 50, "big": "x" * 10_000, "list": ["y"] * 1000}
    adapter = _adapter(expression)
    assert adapter.action(Request(body=json.dumps(body).encode())) is Action.RESOLVE
    assert adapter.thirdparty_id(Request(body=json.dumps(body).encode())) == 7


def _adapter(expression: str) -> Webhook:
    return Webhook(defaults(Webhook) | {"wrapper_key": expression})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_expression_makes_a_request_fail(expression: str) -> None:
    request = Request(body=json.dumps({"a": [1, "x", {"a": {"event_type": "resolve"}}], "id": 7}).encode(), id="01X")
    adapter = _adapter(expression)
    assert adapter.action(request) in (Action.RESOLVE, Action.OTHER)
    assert isinstance(adapter.alert(request), AlertDraft)


@pytest.mark.parametrize("expression", ["sort(@)", "nonesuch(@)", "max_by(@, &a)", "abs('x')", "a..b"])
def test_an_expression_that_fails_leaves_the_body_as_it_is(expression: str) -> None:
    request = Request(body=b'{"event_type": "resolve", "id": 7}')
    assert _adapter(expression).action(request) is Action.RESOLVE
    assert _adapter(expression).thirdparty_id(request) == 7


@pytest.mark.parametrize(
    ("incident", "is_one"),
    [(True, True), ("true", True), ("yes", True), (1, True), (False, False), ("False", False), ("", False), (0, False)],
)
def test_an_incident_is_what_says_so(incident: Any, is_one: bool) -> None:
    payload = {"event_type": "create", "title": "Fire", "meta": {"incident": incident}}
    assert _adapter("").alert(Request(body=json.dumps(payload).encode())).incident is is_one
