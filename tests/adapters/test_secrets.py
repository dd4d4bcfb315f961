"""No secret of an integration gets into what is stored or shown of a request."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib import adapters
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.adapter import Action, Adapter, Option, adapt
from chalicelib.adapters.kit.examples import request_of
from chalicelib.adapters.kit.options import declared, defaults
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.secrets import MASK, masked, shown

SECRET = 'S3cr"t/ü+1 & co'
FORM = "application/x-www-form-urlencoded"


class Doorbell(Adapter):
    name = "Doorbell"
    vendor = "https://example.com"
    OPTIONS = (
        Option("key", str, "The key.", secret=True),
        Option("street", str, "Where the door is."),
    )
    SECRET_HEADERS = ("x-door-key",)
    SECRET_PARAMS = ("Token",)


def show(request: Request, **options: Any) -> dict[str, Any]:
    return shown(Doorbell, request, {"key": None, "street": None, **options})


def mask(request: Request, **options: Any) -> Request:
    return masked(Doorbell, request, {"key": None, "street": None, **options})


def texts(value: Any) -> list[str]:
    """Every text in a value, keys included."""
    if isinstance(value, dict):
        return [found for key, child in value.items() for found in (key, *texts(child))]
    if isinstance(value, list):
        return [found for child in value for found in texts(child)]
    return [value] if isinstance(value, str) else []


# What a log shows


def test_a_request_without_secrets_is_shown_as_it_came() -> None:
    request = Request(
        method="PUT",
        url="https://signalbox.example.com/integration/int_3f8a5c1e?floor=2",
        headers={"content-type": "application/json", "user-agent": "door/1.0"},
        query={"floor": ["2"]},
        body=b'{"ring": [1, 2.5, null, true, {"who": "Ann"}]}',
        remote_ip="192.0.2.7",
    )
    assert show(request, key=SECRET, street="Elm Street") == {
        "url": "https://signalbox.example.com/integration/int_3f8a5c1e?floor=2",
        "method": "PUT",
        "headers": {"HTTP_CONTENT_TYPE": "application/json", "HTTP_USER_AGENT": "door/1.0"},
        "params": {"floor": "2", "ring": [1, 2.5, None, True, {"who": "Ann"}]},
        "body": '{"ring": [1, 2.5, null, true, {"who": "Ann"}]}',
        "remote_ip": "192.0.2.7",
    }
    assert mask(request, key=SECRET) == request


def test_secret_headers_are_masked_and_others_are_not() -> None:
    names = ("authorization", "cookie", "proxy-authorization", "x-door-key", "x-door-bell")
    headers = show(Request(headers=dict.fromkeys(names, "abc")))["headers"]
    assert headers == {
        "HTTP_AUTHORIZATION": MASK,
        "HTTP_COOKIE": MASK,
        "HTTP_PROXY_AUTHORIZATION": MASK,
        "HTTP_X_DOOR_KEY": MASK,
        "HTTP_X_DOOR_BELL": "abc",
    }


@pytest.mark.parametrize("value", ["a", "long enough", 7, None, ["long", {"er": "abcdef"}], {"a": {"b": "abcdef"}}])
def test_a_secret_parameter_of_a_json_body_is_masked_whole(value: Any) -> None:
    body = json.dumps({"who": "Ann", "Token": value, "said": "long enough abcdef"}).encode()
    found = show(Request(body=body))
    assert found["params"]["Token"] == MASK
    assert found["params"]["who"] == "Ann"
    assert json.loads(found["body"])["Token"] == MASK
    assert not {"abcdef", "long enough"} & set(texts(value)) & set(found["body"].split('"'))


def test_a_secret_parameter_of_a_form_is_masked_and_the_rest_stays() -> None:
    body = urlencode([("who", "Ann & Bob"), ("Token", SECRET), ("Token[a]", "x"), ("ring[]", "1")]).encode()
    found = show(Request(headers={"content-type": FORM}, body=body))
    assert found["params"]["who"] == "Ann & Bob"
    assert found["params"]["ring"] == ["1"]
    assert set(texts(found["params"]["Token"])) <= {MASK, "a"}
    assert "who=Ann+%26+Bob" in found["body"]
    assert quote_plus(SECRET) not in found["body"]


def test_a_secret_parameter_of_the_query_is_masked_in_the_url_too() -> None:
    url = "https://signalbox.example.com/integration/int_3f8a5c1e"
    request = Request(url=f"{url}?a=1&Token=xyz&tok%65n=xyz&Token&b=2", query={"Token": ["xyz"], "a": ["1"]})
    found = show(request)
    assert found["url"] == f"{url}?a=1&Token={MASK}&tok%65n={MASK}&Token={MASK}&b=2"
    assert found["params"] == {"Token": MASK, "a": "1"}


def test_a_secret_parameter_of_a_body_of_another_kind_masks_the_body() -> None:
    part = 'Content-Disposition: form-data; name="Token"\r\n\r\nxyz\r\n'
    body = f"--b\r\n{part}--b--\r\n".encode()
    found = show(Request(headers={"content-type": "multipart/form-data; boundary=b"}, body=body))
    assert found["body"] == MASK
    assert "xyz" not in str(found)


def test_the_value_of_a_secret_parameter_is_masked_elsewhere_too() -> None:
    found = show(Request(headers={"x-echo": "sesame open"}, body=b'{"Token": "sesame", "said": "open sesame!"}'))
    assert found["params"] == {"Token": MASK, "said": f"open {MASK}!"}
    assert found["headers"]["HTTP_X_ECHO"] == f"{MASK} open"
    assert "sesame" not in found["body"]


def test_the_value_of_a_secret_option_is_masked_wherever_it_is() -> None:
    request = Request(
        url=f"https://example.com/{quote_plus(SECRET)}",
        headers={"x-echo": f"<{SECRET}>"},
        query={"q": [SECRET]},
        body=json.dumps({"deep": [{"er": SECRET}], SECRET: 1}).encode(),
    )
    found = show(request, key=SECRET)
    assert found["url"] == f"https://example.com/{MASK}"
    assert found["headers"] == {"HTTP_X_ECHO": f"<{MASK}>"}
    assert found["params"] == {"q": MASK, MASK: 1, "deep": [{"er": MASK}]}
    assert json.loads(found["body"]) == {"deep": [{"er": MASK}], MASK: 1}


def test_other_options_and_short_secrets_are_not_searched_for() -> None:
    request = Request(body=b'{"said": "abc at Elm Street"}')
    assert show(request, key="abc", street="Elm Street")["body"] == '{"said": "abc at Elm Street"}'


# What is stored


def test_a_masked_request_is_still_read_alike() -> None:
    request = Request(
        method="POST",
        url="https://example.com/i?Token=xyzw",
        headers={"content-type": FORM, "authorization": "Bearer x", "user-agent": "door/1.0"},
        query={"Token": ["xyzw"]},
        body=b"who=Ann&Token=xyzw",
        remote_ip="192.0.2.7",
        id="01K0",
    )
    found = mask(request, key=SECRET)
    assert found.params == {"who": "Ann", "Token": MASK}
    assert found.headers == {"content-type": FORM, "authorization": MASK, "user-agent": "door/1.0"}
    assert (found.method, found.remote_ip, found.id) == ("POST", "192.0.2.7", "01K0")
    assert "xyzw" not in str(found)


def test_masking_keeps_bytes_that_are_no_utf_8() -> None:
    assert mask(Request(body=b"\xff\xfe open sesame \xe9"), key="sesame").body == b"\xff\xfe open [redacted] \xe9"


def test_a_secret_in_a_number_leaves_the_json_readable() -> None:
    request = Request(body=b'{"code": 4711, "at": 1747110000, "said": "4711!"}')
    assert mask(request, key="4711").params == {"code": MASK, "at": 1747110000, "said": f"{MASK}!"}
    assert show(request, key="4711")["params"]["code"] == MASK


def test_masking_twice_changes_nothing_more() -> None:
    request = Request(headers={"content-type": FORM}, query={"Token": ["xyzw"]}, body=b"who=sesame&Token=abcdef")
    once = mask(request, key="sesame")
    assert mask(once, key="sesame") == once


# Every type


def secret_options() -> list[tuple[str, str]]:
    types = ((slug, adapters.load(slug)) for slug in adapters.slugs())
    return [(slug, option.name) for slug, adapter in types for option in declared(adapter) if option.secret]


@pytest.mark.parametrize(("slug", "option"), secret_options())
def test_a_types_own_secret_is_never_shown_or_stored(slug: str, option: str) -> None:
    adapter = adapters.load(slug)
    options = {**defaults(adapter), option: SECRET}
    headers = dict.fromkeys((*adapter.SECRET_HEADERS, "x-echo"), SECRET)
    headers["authorization"] = f"Basic {b64encode(SECRET.encode()).decode()}"
    fields = dict.fromkeys((*adapter.SECRET_PARAMS, "text"), SECRET)
    for content_type, body in (("application/json", json.dumps(fields)), (FORM, urlencode(fields)), ("", SECRET)):
        request = Request(headers={**headers, "content-type": content_type}, body=body.encode())
        kept = masked(adapter, request, options)
        for form in (SECRET, quote_plus(SECRET), b64encode(SECRET.encode()).decode(), json.dumps(SECRET)[1:-1]):
            assert all(form not in found for found in texts(shown(adapter, request, options)))
            assert form not in str(kept.headers)
            assert form.encode() not in kept.body


@pytest.mark.parametrize("slug", adapters.slugs())
def test_a_types_examples_are_read_alike_without_their_secrets(slug: str) -> None:
    adapter = adapters.load(slug)
    for case in load_examples(slug).values():
        request, options = request_of(case), {**defaults(adapter), **case.get("options", {})}
        before = adapt(adapter(options), request, check_blocked=False)
        after = adapt(adapter(options), masked(adapter, request, options), check_blocked=False)
        assert (after.action, after.thirdparty_id) == (before.action, before.thirdparty_id)
        if before.action is Action.CREATE and before.alert and after.alert:
            assert after.alert.title == before.alert.title


def test_the_names_of_secret_headers_are_lower_case() -> None:
    names = [name for slug in adapters.slugs() for name in adapters.load(slug).SECRET_HEADERS]
    assert names == [name.lower() for name in names]


# Any input

odd_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
plain_text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=4, max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd_text,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(odd_text, children, max_size=3),
    max_leaves=8,
)
bodies = st.one_of(
    st.binary(max_size=200),
    st.dictionaries(odd_text | st.just("Token"), values, max_size=4).map(lambda value: json.dumps(value).encode()),
    st.lists(st.tuples(st.sampled_from(["a", "Token", "Token[x]"]), plain_text)).map(lambda v: urlencode(v).encode()),
)
requests = st.builds(
    Request,
    url=odd_text,
    headers=st.dictionaries(st.sampled_from(["content-type", "x-a"]), st.sampled_from([FORM, "text/plain"]) | odd_text),
    query=st.dictionaries(odd_text, st.lists(odd_text, max_size=2), max_size=3),
    body=bodies,
)


@settings(max_examples=150, deadline=None)
@given(requests, odd_text)
def test_any_request_is_shown_as_json(request: Request, key: str) -> None:
    found = show(request, key=key)
    json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    assert list(found) == ["url", "method", "headers", "params", "body", "remote_ip"]
    assert isinstance(mask(request, key=key).body, bytes)


@settings(max_examples=150, deadline=None)
@given(plain_text, plain_text, st.sampled_from(["json", "form", "text"]))
def test_any_secret_is_found_in_any_body(secret: str, around: str, kind: str) -> None:
    assume(secret not in MASK and secret not in around and secret not in '{"said": ""} said=' and MASK not in around)
    said = f"{around}{secret}{around}"
    body = {"json": json.dumps({"said": said}), "form": urlencode({"said": said}), "text": said}[kind]
    request = Request(headers={"content-type": FORM if kind == "form" else ""}, body=body.encode(), url=body)
    found = show(request, key=secret)
    assume(secret not in around + MASK + around)
    assert secret not in found["url"]
    assert secret not in found["body"]
    assert found["params"].get("said", f"{around}{MASK}{around}") == f"{around}{MASK}{around}"


def test_odd_options_are_no_obstacle() -> None:
    request = Request(body=b'{"a": "1234"}')
    for value in (None, "", 1234, ["1234"], {"a": 1}, "\ud800\ud800", "\0\0\0\0"):
        assert shown(Doorbell, request, {"key": value})["body"] == '{"a": "1234"}'
    assert shown(Doorbell, request, {})["body"] == '{"a": "1234"}'


def test_a_body_nested_too_deeply_keeps_its_text() -> None:
    body = b'{"a": "sesame", "b": ' + b"[" * 900 + b"]" * 900 + b"}"
    found = show(Request(body=body), key="sesame")
    assert "sesame" not in str(found)
    assert found["body"].startswith('{"a": "[redacted]"')


def test_the_work_grows_with_the_body_alone() -> None:
    tokens = [f"{'a' * 40}{number:04}" for number in range(20_000)]
    body = json.dumps({"Token": tokens, "text": "a" * 100_000}).encode()
    assert len(body) > 1_000_000
    started = time.process_time()
    found = show(Request(body=body), key="a" * 50)
    assert time.process_time() - started < 3
    assert len(found["body"]) < len(body)
