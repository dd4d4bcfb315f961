"""Requests that are recorded and sent again: refused by the time that is signed, or remembered by what happens once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import adapters
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.adapter import Adapter
from chalicelib.adapters.kit.examples import request_of
from chalicelib.adapters.kit.freshness import is_fresh, replay_digest
from chalicelib.adapters.kit.options import defaults
from chalicelib.adapters.kit.request import Request
from tests.adapters.test_signatures import NOW, SECRET, Sender, digest, grafana_with_timestamp, zendesk

SIGNING = {"aws_cloudwatch", "jira_server", "meta_workplace", "sentry", "twilio_incoming_sms", "typeform"}


def adapter_of(slug: str, **options: Any) -> Adapter:
    adapter = adapters.load(slug)
    return adapter({**defaults(adapter), **options})


@pytest.mark.parametrize(
    ("signed_at", "fresh"),
    [
        *((at, True) for at in (NOW.timestamp(), str(int(NOW.timestamp())), NOW.timestamp() * 1000, "2026-03-01T08:15:00Z")),
        *((at, True) for at in ("2026-03-01T08:15:00.123Z", "2026-03-01T09:15:00+01:00", "2026-03-01T08:15:00", "2026-03-01T08:19:59Z")),
        *((at, False) for at in ("2026-03-01T08:20:01Z", "2026-03-01T08:09:59Z", "2020-03-01T08:15:00Z", "", None, "now", [], {}, True, 0, -1, 1e300, "1e999", "9" * 50)),
    ],
)  # fmt: skip
def test_a_signed_time_is_fresh_for_five_minutes(signed_at: Any, fresh: bool) -> None:
    assert is_fresh(Request(received_at=NOW), signed_at) is fresh


@pytest.mark.parametrize(("slug", "make"), [("zendesk", zendesk), ("grafana", grafana_with_timestamp)])
def test_a_recording_is_refused_after_five_minutes(slug: str, make: Callable[[str, bytes], Request]) -> None:
    options = (("timestamp_header", "X-Timestamp"),) if slug == "grafana" else ()
    secret = {"zendesk": "signing_secret", "grafana": "secret"}[slug]
    sender = Sender(slug, secret, make, signed=True, options=options)
    request = make(SECRET, b"{}")
    assert not sender.blocks(replace(request, received_at=NOW + timedelta(seconds=299)))
    assert sender.blocks(replace(request, received_at=NOW + timedelta(seconds=301)))


def jira(body: Any) -> Request:
    raw = json.dumps(body).encode()
    headers = {"content-type": "application/json", "x-hub-signature": "sha256=" + digest(SECRET, raw).hex()}
    return Request(headers=headers, body=raw, received_at=NOW)


def meta(body: Any) -> Request:
    raw = json.dumps(body).encode()
    headers = {"content-type": "application/json", "x-hub-signature-256": "sha256=" + digest(SECRET, raw).hex()}
    return Request(headers=headers, body=raw, received_at=NOW)


@pytest.mark.parametrize(
    ("slug", "option", "request_"),
    [
        ("jira_server", "secret", jira({"timestamp": int(NOW.timestamp() * 1000)})),
        ("meta_workplace", "app_secret", meta({"entry": [{"time": int(NOW.timestamp())}]})),
    ],
)
def test_an_event_that_its_sender_repeats_for_hours_is_taken_for_two_days(
    slug: str, option: str, request_: Request
) -> None:
    adapter = adapter_of(slug, **{option: SECRET})
    assert not adapter.blocked(replace(request_, received_at=NOW + timedelta(hours=47)))
    assert adapter.blocked(replace(request_, received_at=NOW + timedelta(hours=49)))
    assert adapter.replay_key(request_) == replay_digest(request_.body)


def test_an_undated_event_of_jira_is_taken_and_not_remembered() -> None:
    adapter = adapter_of("jira_server", secret=SECRET)
    assert not adapter.blocked(jira({"webhookEvent": "x"}))
    assert adapter.replay_key(jira({"webhookEvent": "x"})) is None


def sentry(resource: str, body: Any) -> Request:
    headers = {"content-type": "application/json", "sentry-hook-resource": resource}
    return Request(headers=headers, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("resource", "body", "once"),
    [
        ("event_alert", {"action": "triggered", "data": {"event": {"event_id": "e1"}}}, True),
        ("error", {"action": "created", "data": {"error": {"event_id": "e1"}}}, True),
        ("issue", {"action": "created", "data": {"issue": {"id": "1"}}}, True),
        ("issue", {"action": "resolved", "data": {"issue": {"id": "1"}}}, False),
        ("issue", {"action": "unresolved", "data": {"issue": {"id": "1"}}}, False),
        ("metric_alert", {"action": "critical", "data": {"metric_alert": {"id": "1"}}}, False),
    ],
)
def test_what_sentry_may_say_twice_is_not_remembered(resource: str, body: Any, once: bool) -> None:
    assert (adapter_of("sentry", client_secret=SECRET).replay_key(sentry(resource, body)) is not None) is once
    assert adapter_of("sentry").replay_key(sentry(resource, body)) is None


@pytest.mark.parametrize("slug", adapters.slugs())
def test_nothing_is_remembered_of_a_request_that_nobody_signed(slug: str) -> None:
    open_ = adapter_of(slug, verify_signature=False)
    for case in load_examples(slug).values():
        assert open_.replay_key(request_of(case)) is None


@pytest.mark.parametrize("slug", sorted(SIGNING))
def test_a_signed_request_has_one_key_whenever_it_comes(slug: str) -> None:
    secrets = {option.name: SECRET for option in adapters.load(slug).OPTIONS if option.secret}
    adapter = adapter_of(slug, **secrets)
    requests = [request_of(case) for case in load_examples(slug).values()]
    keys = [adapter.replay_key(request) for request in requests]
    assert any(keys)
    assert keys == [adapter.replay_key(replace(request, id="other", received_at=NOW)) for request in requests]


def test_events_with_ids_of_their_own_have_keys_of_their_own() -> None:
    one, other = (Request(body=b'{"event_id": "%d", "MessageSid": "%d"}' % (n, n)) for n in (1, 2))
    for slug, secret in (("typeform", "secret"), ("twilio_incoming_sms", "auth_token")):
        adapter = adapter_of(slug, **{secret: SECRET})
        assert adapter.replay_key(one) not in (None, adapter.replay_key(other))


def test_no_other_type_remembers_anything() -> None:
    own = {slug for slug in adapters.slugs() if adapters.load(slug).replay_key is not Adapter.replay_key}
    assert own == SIGNING
