"""An alert of any size is held to what can be stored, and the notes say what was cut."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import ids
from chalicelib.adapters.kit.adapter import AlertDraft
from chalicelib.alerts.alert import new_alert
from chalicelib.alerts.bounds import LARGEST_ALERT, bounded
from chalicelib.encoding import decode, encode

NOW = datetime(2026, 3, 1, 8, 15, tzinfo=UTC)
TEXT_FIELDS = ("title", "description", "incident_severity", "incident_message")


def alert_of(**fields: Any) -> dict[str, Any]:
    """An alert as it is before it is bounded."""
    return {**new_alert(ids.new(NOW), ids.new(NOW), ids.new(NOW), "Integration", {"title": "t"}, NOW), **fields}


def size(alert: dict[str, Any]) -> int:
    return len(encode(alert))


def test_an_ordinary_alert_stays_as_it_is() -> None:
    alert = alert_of(title="Disk full", tags=["a", "b"], meta={"a": [1, {"b": None}]}, dedup_keys=["k"])
    assert bounded(alert) == (alert, [])


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"title": "x" * 5000}, "title cut from 5,000 to 1,024 characters"),
        ({"description": "x" * 612_000}, "description cut from 612,000 to 50,000 characters"),
        ({"incident_message": "m" * 1024 * 1024}, "incident_message cut from 1,048,576 to 10,000 characters"),
        ({"incident_severity": "s" * 1024 * 1024}, "incident_severity cut from 1,048,576 to 100 characters"),
        ({"tags": ["x" * 1_000_000]}, "tags cut from 1 items (1,000,004 bytes) to 1 items (259 bytes)"),
        ({"tags": [f"t{n:06}" for n in range(100_000)]}, "tags cut from 100,000 items (1,000,001 bytes) to 100 items (1,001 bytes)"),
        ({"dedup_keys": [f"k{n:05}" for n in range(90_000)]}, "dedup_keys cut from 90,000 items (810,001 bytes) to 20 items (181 bytes)"),
    ],
)  # fmt: skip
def test_each_field_has_its_bound_and_a_note_in_plain_words(fields: dict[str, Any], note: str) -> None:
    found, notes = bounded(alert_of(**fields))
    assert notes == [note]
    assert size(found) <= LARGEST_ALERT


@pytest.mark.parametrize(
    "meta",
    [
        {"x": "y" * 1024 * 1024},
        {"x": {"deep": ["y" * 1000] * 1000}},
        {f"k{n}": "y" * 100 for n in range(10_000)},
        {"y" * 1024 * 1024: 1},
        {"x": "\x00" * 350_000},
    ],
)
def test_meta_of_a_megabyte_is_cut_to_what_fits(meta: dict[str, Any]) -> None:
    found, notes = bounded(alert_of(meta=meta, description="stays"))
    assert size(found) <= LARGEST_ALERT
    assert found["description"] == "stays"
    assert found["meta"]
    assert [note.split()[0] for note in notes] == ["meta"]


def test_the_largest_values_go_first_and_the_small_ones_stay() -> None:
    data = [{"format": "text", "label": f"l{n}", "value": "v" * (1_000_000 if n == 1 else 100)} for n in range(50)]
    found, _ = bounded(alert_of(additional_data=data, tags=["a"], meta={"large": "m" * 900_000, "small": 1}))
    assert found["additional_data"][0] == data[0]
    assert found["additional_data"][2:] == data[2:]
    assert found["meta"]["small"] == 1
    assert len(found["meta"]["large"]) == pytest.approx(len(found["additional_data"][1]["value"]), rel=0.1)
    assert size(found) == pytest.approx(LARGEST_ALERT, rel=0.01)


def test_a_link_is_left_out_rather_than_cut() -> None:
    links = [
        {"format": "link", "label": "a", "value": "https://example.com/" + "x" * length} for length in (10, 400_000)
    ]
    assert bounded(alert_of(additional_data=links))[0]["additional_data"] == links[:1]


def test_dedup_keys_with_one_beginning_stay_apart() -> None:
    keys = bounded(alert_of(dedup_keys=["k" * 2000 + "a", "k" * 2000 + "b"]))[0]["dedup_keys"]
    assert len(set(keys)) == 2
    assert all(len(key) == 1024 for key in keys)


hostile_text = st.builds(
    lambda piece, times, end: piece * times + end,
    st.sampled_from(["a", "\x00", '"', "é", "\U0001f600", "\ud800", ""]),
    st.sampled_from([0, 1, 1, 300, 2000, 60_000, 200_000]),
    st.text(max_size=5),
)
hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(2**70) | st.floats() | hostile_text,
    lambda inner: st.one_of(
        st.builds(lambda item, times: [item] * times, inner, st.sampled_from([1, 3])),
        st.dictionaries(hostile_text, inner, max_size=4),
        inner.map(lambda item: [[[item]]]),
    ),
    max_leaves=6,
)
drafts = st.builds(
    AlertDraft,
    title=hostile_text,
    description=st.none() | hostile_text,
    incident=st.booleans(),
    incident_severity=st.none() | hostile_text,
    incident_message=st.none() | hostile_text,
    meta=st.dictionaries(hostile_text, hostile, max_size=5),
    dedup_keys=st.lists(hostile_text, max_size=30),
    additional_data=st.lists(
        st.builds(lambda form, label, value: {"format": form, "label": label, "value": value}, st.sampled_from(["text", "link"]), hostile_text, hostile),
        max_size=5,
    ),
    tags=st.lists(hostile_text, max_size=5),
)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(drafts)
def test_any_draft_ends_under_the_budget_and_keeps_what_fits(draft: AlertDraft) -> None:
    alert = alert_of(**vars(draft))
    found, notes = bounded(alert)
    assert size(found) <= LARGEST_ALERT
    assert bounded(alert) == (found, notes), "the same alert is cut the same way"
    assert bounded(found) == (found, []), "what is bounded is not cut again"
    assert found.keys() == alert.keys()
    given_as_stored = decode(encode({**alert, "title": alert["title"].strip()}))
    for name in TEXT_FIELDS:
        assert (given_as_stored[name] or "").startswith(found[name] or "")
    if size(given_as_stored) <= 100_000:
        assert [note.split()[0] for note in notes if note.startswith(("meta", "additional_data"))] == [] or any(
            len(name) > 255 for name in [*given_as_stored["meta"], *(item["label"] for item in draft.additional_data)]
        )
