"""Grafana's signatures that cover a timestamp are good for five minutes, either way."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters.kit.options import read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.tools.grafana import Grafana

NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
BODY = b'{"state": "ok"}'


def blocked(timestamp: str | None, age: timedelta = timedelta()) -> bool:
    options = {"secret": "wetter hook", "timestamp_header": "X-Grafana-Alerting-Timestamp"}
    signature = hmac.new(b"wetter hook", (timestamp or "").encode() + b":" + BODY, hashlib.sha256).hexdigest()
    headers = {"x-grafana-alerting-signature": signature}
    headers |= {} if timestamp is None else {"x-grafana-alerting-timestamp": timestamp}
    request = Request(headers=headers, body=BODY, received_at=NOW + age)
    return Grafana(read_options(Grafana, options, {})).blocked(request)


def stamp() -> str:
    return str(int(NOW.timestamp()))


@pytest.mark.parametrize("seconds", [0, 299, -299])
def test_a_fresh_signature_is_taken(seconds: int) -> None:
    assert not blocked(stamp(), timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [301, -301, 86_400])
def test_a_stale_signature_is_blocked(seconds: int) -> None:
    assert blocked(stamp(), timedelta(seconds=seconds))


@pytest.mark.parametrize("timestamp", [None, "", "now", "nan", "1e999"])
def test_a_signature_without_a_time_is_blocked(timestamp: str | None) -> None:
    assert blocked(timestamp)
