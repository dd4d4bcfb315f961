"""The schemes that many tools share, and Twilio's, held to the libraries of those who invented them.

What a library signs passes, what it refuses is refused; a request is what came over the wire, URL and all.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import Clock, SignatureVerifier
from standardwebhooks import Webhook, WebhookVerificationError
from twilio.request_validator import RequestValidator

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Adapter, adapt
from chalicelib.adapters.kit.options import SENDER_OPTIONS, declared, defaults, generic, has_scheme, read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.senders import SCHEMES
from chalicelib.errors import Invalid

NOW = datetime(2026, 3, 1, 8, 15, tzinfo=UTC)
SECRET = "hush, it's ünïcode"
WHSEC = "whsec_" + b64encode(bytes(range(24))).decode()
BODY = '{"event_type": "create", "id": "ünï"}'
FORM = "application/x-www-form-urlencoded"


def adapter_of(slug: str, **options: Any) -> Adapter:
    adapter = adapters.load(slug)
    return adapter(read_options(adapter, {**defaults(adapter), **options}, {}))


def blocks(scheme: str, secret: str, request: Request, slug: str = "prometheus") -> bool:
    return adapt(adapter_of(slug, sender_check=scheme, sender_secret=secret), request).blocked


def standard(secret: str, body: str = BODY, at: datetime = NOW, prefix: str = "webhook-") -> Request:
    signature = Webhook(secret).sign("msg_1", at, body)
    headers = {"id": "msg_1", "timestamp": str(int(at.timestamp())), "signature": signature}
    return Request(headers={prefix + name: v for name, v in headers.items()}, body=body.encode(), received_at=NOW)


def slack(secret: str, body: str = BODY, at: datetime = NOW) -> Request:
    timestamp = str(int(at.timestamp()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    headers = {"x-slack-signature": str(signature), "x-slack-request-timestamp": timestamp}
    return Request(headers=headers, body=body.encode(), received_at=NOW)


def github(secret: str, body: str = BODY, at: datetime = NOW) -> Request:
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return Request(headers={"x-hub-signature-256": f"sha256={digest}"}, body=body.encode(), received_at=at)


def authorized(template: str, credentials: Callable[[str], str]) -> Callable[[str], Request]:
    return lambda secret: Request(headers={"authorization": template.format(credentials(secret))}, received_at=NOW)


def in_base64(secret: str) -> str:
    return b64encode(secret.encode()).decode()


PROOFS: list[tuple[str, str, str, Callable[[str], Request]]] = [
    ("standard_webhooks", WHSEC, "whsec_" + b64encode(bytes(24)).decode(), standard),
    ("standard_webhooks", WHSEC, "whsec_" + b64encode(bytes(24)).decode(), lambda s: standard(s, prefix="svix-")),
    ("slack", SECRET, "another", slack),
    ("github", SECRET, "another", github),
    ("bearer", SECRET, "another", authorized("Bearer {}", str)),
    ("bearer", SECRET, "another", authorized("bearer {}", str)),
    ("basic", f"ada:{SECRET}", "ada:another", authorized("Basic {}", in_base64)),
    ("basic", f"ada:{SECRET}:x", "ada:another", authorized("BASIC {}", in_base64)),
]
every_proof = pytest.mark.parametrize(("scheme", "secret", "another", "make"), PROOFS)
Make = Callable[[str], Request]


@every_proof
def test_the_right_proof_passes_and_no_other(scheme: str, secret: str, another: str, make: Make) -> None:
    request = make(secret)
    assert not blocks(scheme, secret, request)
    assert blocks(scheme, another, request)
    assert blocks(scheme, secret, make(another))
    assert blocks(scheme, secret, replace(request, headers={}))
    for odd in ("", " ", "\ud800", "é" * 64, "\0", "sha256=", "v0=", "v1,", "Basic", "Bearer", ",", " , "):
        for name in request.headers:
            assert blocks(scheme, secret, replace(request, headers={**request.headers, name: odd})), (name, odd)


@every_proof
def test_a_type_without_a_scheme_and_the_generic_webhook_take_it(
    scheme: str, secret: str, another: str, make: Make
) -> None:
    for slug in ("webhook", "custom_webhook", "uptime_kuma"):
        rules = {"custom_definition": "rules: []\ndefault: {actions: [{type: ignore}]}"}
        options = {"sender_check": scheme, "sender_secret": secret, **(rules if slug == "custom_webhook" else {})}
        assert not adapt(adapter_of(slug, **options), make(secret)).blocked
        assert adapt(adapter_of(slug, **options), make(another)).blocked


@pytest.mark.parametrize("scheme", ["standard_webhooks", "slack", "github"])
def test_a_signature_holds_for_no_other_body(scheme: str) -> None:
    secret, make = next((secret, make) for name, secret, _, make in PROOFS if name == scheme)
    request = make(secret)
    for body in (request.body + b" ", request.body[:-1], b"", request.body.replace(b"\xc3", b"\xc4")):
        assert blocks(scheme, secret, replace(request, body=body))


def test_bytes_that_are_no_text_are_signed_as_they_are() -> None:
    body = b'{"text": "\xff\xfe"}'
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert not blocks("github", SECRET, Request(headers={"x-hub-signature-256": f"sha256={digest}"}, body=body))


@pytest.mark.parametrize("age", [-301, -300, -1, 0, 299, 300, 301, 86_400])
def test_signed_times_are_believed_for_as_long_as_the_libraries_believe_them(age: int) -> None:
    at = NOW - timedelta(seconds=age)
    with time_machine.travel(NOW, tick=False):
        assert blocks("standard_webhooks", WHSEC, standard(WHSEC, at=at)) is not verified(standard(WHSEC, at=at))
    request = slack(SECRET, at=at)
    assert blocks("slack", SECRET, request) is not SignatureVerifier(SECRET, _Clock()).is_valid_request(
        request.body, dict(request.headers)
    )


class _Clock(Clock):
    def now(self) -> float:
        return NOW.timestamp()


def verified(request: Request) -> bool:
    try:
        Webhook(WHSEC).verify(request.body, dict(request.headers), json_parse=False)
    except WebhookVerificationError:
        return False
    return True


def test_a_sender_that_changes_its_secret_signs_with_both() -> None:
    old, new = standard(PROOFS[0][2]), standard(WHSEC)
    for signatures in (f"v1a,AAAA {old.headers['webhook-signature']} {new.headers['webhook-signature']}",):
        assert not blocks(
            "standard_webhooks", WHSEC, replace(new, headers={**new.headers, "webhook-signature": signatures})
        )
    flood = " ".join([old.headers["webhook-signature"]] * 100 + [new.headers["webhook-signature"]])
    assert blocks("standard_webhooks", WHSEC, replace(new, headers={**new.headers, "webhook-signature": flood}))


@given(body=st.text(max_size=60), event=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_whatever_the_libraries_sign_passes(body: str, event: str) -> None:
    signature = Webhook(WHSEC).sign(event, NOW, body)
    headers = {"webhook-id": event, "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": signature}
    assert not blocks("standard_webhooks", WHSEC, Request(headers=headers, body=body.encode(), received_at=NOW))
    assert not blocks("slack", SECRET, slack(SECRET, body))


def test_an_event_of_standard_webhooks_is_remembered_by_its_id_alone() -> None:
    adapter = adapter_of("prometheus", sender_check="standard_webhooks", sender_secret=WHSEC)
    request = standard(WHSEC)
    again = standard(WHSEC, at=NOW + timedelta(seconds=60))
    other = replace(request, headers={**request.headers, "webhook-id": "msg_2"})
    assert adapter.replay_key(request) == adapter.replay_key(again) is not None
    assert adapter.replay_key(other) != adapter.replay_key(request)
    for scheme, secret in (("github", SECRET), ("bearer", SECRET)):
        assert adapter_of("prometheus", sender_check=scheme, sender_secret=secret).replay_key(request) is None


# The options


@pytest.mark.parametrize("slug", adapters.slugs())
def test_every_type_that_has_no_scheme_of_its_own_takes_the_shared_ones(slug: str) -> None:
    names = [option.name for option in declared(adapters.load(slug))]
    own = has_scheme(adapters.load(slug)) and slug != "webhook"
    assert [names.count(option.name) for option in SENDER_OPTIONS] == ([0, 0] if own else [1, 1])


@pytest.mark.parametrize(
    ("given_", "fault"),
    [
        ({"sender_check": "bearer"}, "option_sender_secret can't be blank"),
        ({"sender_secret": "x"}, "option_sender_check can't be blank"),
        ({"sender_check": "hmac", "sender_secret": "x"}, "option_sender_check must be one of basic, bearer"),
        ({"sender_check": "basic", "sender_secret": "ada"}, "option_sender_secret must be a user name, a colon"),
        ({"sender_check": "basic", "sender_secret": "ada:"}, "option_sender_secret must be a user name, a colon"),
        ({"sender_check": "standard_webhooks", "sender_secret": "whsec_ü"}, "option_sender_secret must be whsec_"),
        ({"sender_check": "standard_webhooks", "sender_secret": "whsec_"}, "option_sender_secret must be whsec_"),
    ],
)
def test_a_check_that_can_never_pass_or_never_refuse_is_not_saved(given_: dict[str, Any], fault: str) -> None:
    with pytest.raises(Invalid, match=fault):
        read_options(adapters.load("prometheus"), given_, {})


def test_an_integration_whose_type_changes_goes_on_checking() -> None:
    kept = generic({"sender_check": "bearer", "sender_secret": "x", "key_labels": "cluster"})
    options = read_options(adapters.load("zabbix"), {}, kept)
    assert adapters.load("zabbix")(options).blocked(Request())


def test_both_can_be_taken_away_together() -> None:
    stored = {"sender_check": "bearer", "sender_secret": "x"}
    options = read_options(adapters.load("prometheus"), dict.fromkeys(stored), stored)
    assert (options["sender_check"], options["sender_secret"]) == (None, None)
    assert not adapters.load("prometheus")(options).blocked(Request())


@pytest.mark.parametrize("stored", [{"sender_check": "bearer"}, {"sender_secret": "x"}, {"sender_check": "?"}])
def test_options_that_are_half_there_refuse_everybody(stored: dict[str, str]) -> None:
    request = authorized("Bearer {}", str)("x")
    assert adapt(adapters.load("prometheus")(stored), request).blocked


def test_an_integration_that_was_stored_before_there_were_these_options_is_open_as_it_was() -> None:
    assert not adapt(adapters.load("prometheus")({}), Request()).blocked


def test_every_scheme_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/checking-senders.md").read_text("utf-8")
    assert [scheme for scheme in SCHEMES if f"| `{scheme}` |" not in page] == []


# Twilio signs the URL as it sends it


TOKEN = "12345"
QUERIES = (
    "",
    "foo=1",
    "bar=a+b",
    "bar=a%20b",
    "x",
    "t=a@b.c",
    "q=:,;~!*'()",
    "a=%2f&a=%2F",
    "&&",
    "=",
    "e=é",
    "n=%C3%A9",
    "?",
)


def twilio_blocks(request: Request) -> bool:
    return adapt(adapter_of("twilio_incoming_sms", auth_token=TOKEN), request).blocked


def of_twilio(url: str, fields: dict[str, str], signed: str | None = None, algorithm: str | None = None) -> Request:
    headers = {
        "content-type": FORM,
        "x-twilio-signature": RequestValidator(TOKEN).compute_signature(signed or url, fields, algorithm),
    }
    headers |= {"x-twilio-webhooks-signature-settings": f"key=k1,algorithm={algorithm}"} if algorithm else {}
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    return Request(url=url, query=query, headers=headers, body=urlencode(fields).encode())


@pytest.mark.parametrize("query", QUERIES)
def test_a_signed_url_is_checked_as_it_was_sent(query: str) -> None:
    url = f"https://signalbox.example.com/integration/int_1?{query}" if query else "https://signalbox.example.com/i"
    request = of_twilio(url, {"MessageSid": "SM1", "From": "+15005550009", "Body": "hé & bye", "Empty": ""})
    assert not twilio_blocks(request)
    assert twilio_blocks(replace(request, url=url + "&more=1"))
    assert twilio_blocks(replace(request, body=request.body + b"&more=1"))


@given(
    query=st.text("ab=&%+20;@:,~!/?é ", max_size=12),
    fields=st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3),
)
def test_whatever_twilio_signs_passes(query: str, fields: dict[str, str]) -> None:
    assert not twilio_blocks(of_twilio(f"https://signalbox.example.com/integration/int_1?{query}", fields))


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://s.example.com/i?a=1", "https://s.example.com:443/i?a=1"),
        ("https://s.example.com:443/i?a=1", "https://s.example.com/i?a=1"),
        ("http://s.example.com:8000/i", "http://s.example.com/i"),
        ("http://s.example.com/i", "http://s.example.com:80/i"),
    ],
)
def test_twilio_may_sign_the_url_with_its_port_or_without(url: str, signed: str) -> None:
    request = of_twilio(url, {"MessageSid": "SM1"}, signed)
    assert RequestValidator(TOKEN).validate(url, {"MessageSid": "SM1"}, request.headers["x-twilio-signature"])
    assert not twilio_blocks(request)
    assert twilio_blocks(of_twilio(url, {"MessageSid": "SM1"}, signed.replace("s.example", "t.example")))


def test_a_body_that_is_no_form_is_signed_by_its_digest() -> None:
    body = '{"MessageSid": "SM1"}'
    url = f"https://s.example.com/i?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    signed = of_twilio(url, {})
    request = replace(signed, headers={**signed.headers, "content-type": "application/json"}, body=body.encode())
    assert RequestValidator(TOKEN).validate(url, body, request.headers["x-twilio-signature"])
    assert not twilio_blocks(request)
    assert twilio_blocks(replace(request, body=body.replace("1", "2").encode()))
    assert twilio_blocks(replace(request, query={}))


@pytest.mark.parametrize("algorithm", ["HMAC_SHA1", "HMAC_SHA256", "hmac_sha256"])
def test_a_webhook_signed_with_a_shared_key_names_its_algorithm(algorithm: str) -> None:
    request = of_twilio("https://s.example.com/i", {"MessageSid": "SM1"}, algorithm=algorithm)
    assert not twilio_blocks(request)
    settings = {"x-twilio-webhooks-signature-settings": "key=k1,algorithm=HMAC_MD5"}
    assert twilio_blocks(replace(request, headers={**request.headers, **settings}))
