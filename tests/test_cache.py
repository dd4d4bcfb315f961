"""What a process remembers: for some seconds, and never more bytes than it may."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.storage.cache import Cache


def test_a_value_is_remembered_for_its_seconds_and_no_longer():
    now = [100.0]
    cache: Cache[str, str] = Cache(10, 1000, lambda: now[0])
    cache.put("a", "value", 10)
    now[0] = 109.9
    assert cache.get("a") == "value"
    now[0] = 110.0
    assert cache.get("a") is None


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 120)), max_size=60))
def test_what_is_remembered_never_exceeds_its_bytes_and_the_newest_is_among_it(puts):
    cache: Cache[int, int] = Cache(10, 100)
    sizes: dict[int, int] = {}
    for key, size in puts:
        cache.put(key, size, size)
        sizes[key] = size
        remembered = [key for key in sizes if cache.get(key) is not None]
        assert sum(sizes[key] for key in remembered) <= 100
        assert (cache.get(key) == size) == (size <= 100)


def test_the_oldest_make_room_first():
    cache: Cache[str, int] = Cache(10, 30)
    for name in "abc":
        cache.put(name, 1, 10)
    cache.put("d", 1, 15)
    assert [name for name in "abcd" if cache.get(name)] == ["c", "d"]


def test_what_is_dropped_frees_its_bytes():
    cache: Cache[str, int] = Cache(10, 10)
    cache.put("a", 1, 10)
    cache.drop("a")
    cache.put("b", 1, 5)
    cache.put("c", 1, 5)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (None, 1, 1)
    cache.clear()
    assert cache.get("b") is None
