"""Reading requests: what no storage could hold never gets in."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.kit.documents import parse_json
from chalicelib.adapters.kit.forms import urlencoded_fields
from chalicelib.adapters.kit.request import Request
from chalicelib.encoding import TOO_DEEP, whole_text
from chalicelib.pruning import MOST_VALUES


def test_half_a_surrogate_pair_is_read_as_the_replacement_character():
    request = Request(
        headers={"content-type": "application/json"}, body=rb'{"a": "x\ud800y", "\udc00": ["\ud83d\ude00"]}'
    )
    assert request.params == {"a": "x\ufffdy", "\ufffd": ["\U0001f600"]}


@pytest.mark.parametrize(
    "charset", ["punycode", "idna", "utf-7", "unicode_escape", "hex", "rot13", "nonsense", "x" * 100_000, ""]
)
def test_a_charset_that_is_slow_or_no_charset_is_read_as_utf_8(charset: str) -> None:
    body = "x\\ud800y +AGE- caf\u00e9"
    request = Request(headers={"content-type": f"text/plain; charset={charset}"}, body=body.encode() + b"\xff")
    assert request.text == body + "\ufffd"


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("ISO_8859-15", "iso8859-15"),
        ("Windows-1252", "cp1252"),
        ("Shift_JIS", "shift_jis"),
        ("utf-16", "utf-16"),
    ],
)
def test_a_charset_is_known_in_any_spelling(charset: str, codec: str) -> None:
    request = Request(
        headers={"content-type": f'text/plain; charset="{charset}"'}, body="\u00e0 la carte".encode(codec, "replace")
    )
    assert request.text == "\u00e0 la carte".encode(codec, "replace").decode(codec)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32"])
def test_a_charset_smuggles_no_halves_of_surrogate_pairs(codec: str) -> None:
    body = "x\ud800y".encode(codec, "surrogatepass")
    Request(headers={"content-type": f"text/plain; charset={codec}"}, body=body).text.encode()


def test_more_values_than_are_read_are_cut_below_the_top() -> None:
    body = json.dumps({"list": list(range(100_000)), "title": "t", "deep": {"inner": {"a": 1}}}).encode()
    params = Request(headers={"content-type": "application/json"}, body=body).params
    assert (params["title"], params["list"][:3], params["list"][-1]) == (
        "t",
        [0, 1, 2],
        "[cut: more than 50,000 values]",
    )
    assert len(params["list"]) <= MOST_VALUES


def test_a_document_below_the_bounds_is_read_as_it_is() -> None:
    document = {"a": [[{"b": number} for number in range(1000)] for _ in range(10)]}
    assert parse_json(json.dumps(document)) == document


def test_depth_and_endless_integers_cost_no_more_than_themselves() -> None:
    params = Request(
        body=b'{"title": "t", "deep": ' + b"[" * 300 + b"]" * 300 + b', "id": ' + b"9" * 5000 + b"}"
    ).params
    assert (params["title"], params["id"]) == ("t", "9" * 5000)
    assert TOO_DEEP in str(params["deep"])


def test_of_too_many_fields_the_first_are_read() -> None:
    for content_type, field in (
        ("application/x-www-form-urlencoded", b"k%d=1&"),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="k%d"\r\n\r\n1\r\n'),
    ):
        body = b"".join(field % number for number in range(12_000))
        form = Request(headers={"content-type": content_type}, body=body).form
        assert (form["k0"], form["k900"]) == ("1", "1")
        assert "k11999" not in form


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8))) | st.lists(st.binary(max_size=20)),
    st.sampled_from("&=%+"),
)
def test_forms_are_read_as_the_standard_library_reads_them(pairs: list[Any], separator: str) -> None:
    source = (
        urlencode(pairs)
        if pairs and isinstance(pairs[0], tuple)
        else separator.join(p.decode("latin-1") for p in pairs)
    )
    assert urlencoded_fields(source) == [
        (whole_text(n), whole_text(v)) for n, v in parse_qsl(source, keep_blank_values=True)
    ]


def test_a_webhook_with_half_a_surrogate_pair_becomes_an_alert(world):
    integration = world.integration()
    world.send(integration, '{"event_type": "create", "Id": "k", "Title": "down \\ud800"}')
    (alert,) = world.alerts()
    assert alert["title"] == "down \ufffd"
