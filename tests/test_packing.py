"""Packed values: any value comes back as JSON can hold it, in few bytes, whatever dictionary it was packed with."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.encoding import encode
from chalicelib.storage import packing

JSON = st.recursive(st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))  # fmt: skip


@given(value=JSON)
def test_a_value_comes_back(value) -> None:
    assert packing.inflate(packing.deflate(value)) == value


def test_the_names_of_fields_cost_next_to_nothing() -> None:
    log = {"owner_type": "Integration", "message": {"action": "create"}, "sublogs": [], "request": {"method": "POST"}}
    assert len(packing.deflate(log)) < len(encode(log)) / 2


def test_what_was_packed_without_a_dictionary_or_with_an_old_one_is_read() -> None:
    assert packing.inflate(zlib.compress(b'{"a":1}')) == {"a": 1}
    assert set(packing._BY_CHECKSUM) >= {4215773520}, "a dictionary that something was packed with is gone"


@pytest.mark.parametrize("content", [b"", b"x", b"not packed at all", zlib.compress(b"not JSON")])
def test_what_is_not_packed_is_refused(content: bytes) -> None:
    with pytest.raises((ValueError, zlib.error)):
        packing.inflate(content)
