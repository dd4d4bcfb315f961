"""No request makes an adapter raise: arbitrary JSON, bytes and headers, and its own examples with pieces damaged."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Action, Adapter, AlertDraft, Reply
from chalicelib.adapters.kit.examples import request_of
from chalicelib.adapters.kit.explain import explanation
from chalicelib.adapters.kit.reading import read
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.values import blank
from dev.contract import subjects
from dev.contract.damage import CONTENT_TYPES, damaged, documents, lacking, vocabulary

FORMATS = {"text", "link", "img", "email", "phone", "datetime"}
# Smaller failing requests are not looked for: it takes long, and says no more.
_PHASES = (Phase.explicit, Phase.generate)
_QUIET = settings(max_examples=150, deadline=None, phases=_PHASES)


@cache
def _variants(slugs: tuple[str, ...]) -> list[Adapter]:
    """Every type with every set of options that its examples use."""
    found = []
    for slug in slugs:
        sets: list[dict[str, Any]] = [{}, *(case.get("options", {}) for case in adapters.load_examples(slug).values())]
        found += [subjects.adapter_of(slug, one) for number, one in enumerate(sets) if one not in sets[:number]]
    return found


def _offer(slugs: tuple[str, ...], request: Request) -> None:
    for adapter in _variants(slugs):
        exercise(adapter, request)


def exercise(adapter: Adapter, request: Request) -> None:
    """Call every hook as the service does; none raises, and each answers in its kind."""
    reading = read(request)
    assert type(adapter.blocked(request)) is bool, f"{adapter.name}: blocked must answer True or False"
    replay_key = adapter.replay_key(request)
    assert replay_key is None or re.fullmatch("[0-9a-f]{64}", replay_key), f"{adapter.name}: replay_key is no digest"
    action = adapter.action(reading)
    assert isinstance(action, Action), f"{adapter.name}: action answers {action!r}"
    json.dumps(adapter.thirdparty_id(reading))
    _check_draft(adapter.name, adapter.alert(reading), action)
    for status in (200, 403, 503):
        reply = adapter.reply(request, status)
        assert isinstance(reply, Reply), f"{adapter.name}: reply answers {reply!r}"
        assert status < 500 or reply.status >= 500, f"{adapter.name}: what was not stored must not look taken"
    url = adapter.confirmation_url(request)
    assert url is None or url.startswith("https://"), f"{adapter.name}: confirmation_url answers {url!r}"
    pinned = adapter.pinned(request)
    known = {option.name for option in adapter.OPTIONS}
    assert set(pinned) <= known and all(map(str.strip, pinned.values())), f"{adapter.name}: pinned answers {pinned!r}"
    assert explanation(adapter, reading, {}).strip(), f"{adapter.name}: explain must answer a sentence or None"
    json.dumps([adapter.template_data(request), adapter.log_data(request)])


def _check_draft(name: str, draft: AlertDraft, action: Action) -> None:
    if action in (Action.CREATE, Action.RECREATE):
        assert isinstance(draft.title, str), f"{name}: the title is {draft.title!r}"
        assert not blank(draft.title), f"{name}: the title is blank: end first_text(...) with a text of your own"
    for value in (draft.description, draft.incident_severity, draft.incident_message):
        assert value is None or isinstance(value, str), f"{name}: {value!r} is no text"
    assert type(draft.incident) is bool, f"{name}: incident is {draft.incident!r}"
    for value in (*draft.tags, *draft.dedup_keys):
        assert isinstance(value, str), f"{name}: tags and dedup_keys are texts, not {value!r}"
    for item in draft.additional_data:
        assert item is not None
        assert set(item) == {"format", "label", "value"}, f"{name}: make additional data by datum(), not {item!r}"
        assert item["format"] in FORMATS, f"{name}: the format {item['format']!r} is none of {sorted(FORMATS)}"
    json.dumps([draft.meta, draft.additional_data, draft.urgency])


@_QUIET
@given(st.data())
def test_any_json_is_read(slugs: tuple[str, ...], data: st.DataObject) -> None:
    words, names = vocabulary(slugs)
    document = data.draw(documents(words))
    headers = data.draw(_headers(words, names))
    body = json.dumps(document).encode()
    _offer(slugs, Request(headers={"content-type": "application/json"} | headers, body=body, id="01X"))


@_QUIET
@given(st.data())
def test_any_bytes_of_any_type_with_any_headers_are_read(slugs: tuple[str, ...], data: st.DataObject) -> None:
    words, names = vocabulary(slugs)
    pieces = data.draw(st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(words).map(str.encode)), max_size=8))
    headers = data.draw(_headers(words, names)) | {"content-type": data.draw(st.sampled_from(CONTENT_TYPES))}
    for separator in (b"", b"&", b"=", b"\r\n\r\n"):
        _offer(slugs, Request(headers=headers, body=separator.join(pieces), id="01X"))


def _headers(words: list[str], names: list[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(names), st.one_of(st.text(max_size=30), st.sampled_from(words)), max_size=4)


@pytest.mark.parametrize("depth", [300, 100_000])
def test_deep_nesting_is_read(slugs: tuple[str, ...], depth: int) -> None:
    for left, right in (("[", "]"), ('{"data":', "}")):
        body = (left * depth + "1" + right * depth).encode()
        _offer(slugs, Request(headers={"content-type": "application/json"}, body=body))


@settings(max_examples=100, deadline=None, phases=_PHASES)
@given(random=st.randoms(use_true_random=False))
def test_a_damaged_example_is_read(slug: str, random: Random) -> None:
    case = random.choice(list(adapters.load_examples(slug).values()))
    request = request_of(case | {"request": damaged(case["request"], random)})
    exercise(subjects.adapter_of(slug, case.get("options", {})), request)


def test_an_example_that_lacks_a_field_is_read(slug: str) -> None:
    for case in adapters.load_examples(slug).values():
        for request in lacking(case["request"]):
            exercise(subjects.adapter_of(slug, case.get("options", {})), request_of(case | {"request": request}))


def test_an_empty_request_is_read(slug: str) -> None:
    exercise(subjects.adapter_of(slug), Request(received_at=datetime(2026, 1, 1, tzinfo=UTC)))
