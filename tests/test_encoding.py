"""Whatever JSON, MIME, forms or our own code can make becomes JSON that any reader takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.encoding import DEEPEST, TOO_DEEP, decode, encode, plain, rewritten


class Colour(StrEnum):
    RED = "red"


@dataclass
class Mute:
    """An object that has no text."""

    value: object

    def __repr__(self) -> str:
        raise RuntimeError("no")


def nested(depth: int, inner: Any = 1, key: str | None = None) -> Any:
    for _ in range(depth):
        inner = [inner] if key is None else {key: inner}
    return inner


any_text = st.text(st.characters(exclude_categories=()), max_size=20)  # halves of surrogate pairs included
storable = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.text(),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
leaves = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), any_text, st.binary(max_size=20)),
    *(
        st.datetimes(),
        st.uuids(),
        st.decimals(),
        st.fractions(),
        st.just(Colour.RED),
        st.builds(Mute, st.builds(object)),
    ),
    st.integers(0, 20_000).map(lambda bits: 1 << bits),
)
keys = st.one_of(
    any_text, st.none(), st.booleans(), st.integers(), st.floats(), st.binary(max_size=5), st.just((1, "a"))
)
anything = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
        st.frozensets(st.integers() | any_text, max_size=4),
        st.tuples(st.sampled_from([50, 150, 300, 3000]), inner).map(lambda pair: nested(*pair)),
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(storable)
def test_what_json_can_hold_comes_back_as_it_was(value: Any) -> None:
    assert decode(encode(value)) == value
    assert plain(value) == value


@settings(max_examples=500, deadline=None)
@given(anything)
def test_anything_becomes_json_and_stays_what_it_became(value: Any) -> None:
    written = encode(value)
    json.loads(written)  # valid for a strict reader too
    read = decode(written)
    assert decode(encode(read)) == read
    assert "again" in decode(encode({"wrapped": [{"again": read}]}))["wrapped"][0]


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.integers() | st.floats() | any_text,
        lambda inner: st.lists(inner) | st.dictionaries(any_text, inner),
        max_leaves=20,
    )
)
def test_whatever_json_loads_can_make_is_storable(value: Any) -> None:
    decode(encode(json.loads(json.dumps(value))))


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"id": 1, "n": 18446744073709551616}, {"id": 1, "n": "18446744073709551616"}),
        (-(2**63) - 1, str(-(2**63) - 1)),
        (2**64 - 1, 2**64 - 1),
        ([float("nan"), float("inf"), b"\xff\x00a"], [None, None, "\ufffd\x00a"]),
        ("\ud83d\ude00 and \ud83d", "\U0001f600 and \ufffd"),
        ({"\ud800": 1}, {"\ufffd": 1}),
        (
            {None: 1, True: 2, 7: 3, 1.5: 4, b"b": 5, (1, "a"): 6},
            {"null": 1, "true": 2, "7": 3, "1.5": 4, "b": 5, '[1,"a"]': 6},
        ),
        ((1, frozenset({2})), [1, [2]]),
        (
            {"big": 2**64, "time": datetime(2026, 3, 1, tzinfo=UTC), "colour": Colour.RED},
            {"big": str(2**64), "time": "2026-03-01T00:00:00+00:00", "colour": "red"},
        ),
        (Mute(object()), "[Mute]"),
    ],
)
def test_what_json_cannot_hold_becomes_the_nearest_that_can_be_read(value: Any, read: Any) -> None:
    assert decode(encode(value)) == read


def test_integers_with_more_digits_than_python_writes_are_written_in_hex() -> None:
    assert decode(encode(1 << 40_000)) == hex(1 << 40_000)


@pytest.mark.parametrize("key", [None, "a"])
@pytest.mark.parametrize("depth", [DEEPEST + 100, 100_000])
def test_depth_is_cut_with_a_marker(depth: int, key: str | None) -> None:
    read = decode(encode([nested(depth, key=key), "beside"]))
    assert read[1] == "beside"
    inner, levels = read, 0
    while not isinstance(inner, str):
        inner, levels = next(iter(inner.values() if isinstance(inner, dict) else inner)), levels + 1
    assert (inner, levels) == (TOO_DEEP, DEEPEST)


def test_a_value_that_holds_itself_is_cut_like_any_depth() -> None:
    value: dict[str, Any] = {}
    value["self"] = value
    assert TOO_DEEP.encode() in encode(value)


def test_a_value_is_rewritten_without_touching_the_original() -> None:
    value = {"a": ["b", {"c": 1}]}
    assert rewritten(value, lambda leaf: f"{leaf}!") == {"a!": ["b!", {"c!": "1!"}]}
    assert value == {"a": ["b", {"c": 1}]}


@pytest.mark.parametrize("content", [b"{", b"nan", b"\xff", b""])
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        decode(content)
