"""Keys that hold dots can be named, in conditions and in groupings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.matching.matcher import compile_condition
from chalicelib.routing.values import value_at

NOW = datetime(2026, 1, 5, tzinfo=UTC)
DOCUMENT = {"labels": {"app.kubernetes.io/name": "shop", "host": {"keyword": "db-1"}, "a\\b": 1}, "list": [{"x.y": 2}]}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (r"labels.app\.kubernetes\.io/name", "shop"),
        (r"labels.host.keyword", "db-1"),
        (r"labels.host\.keyword", None),
        ("labels.a\\b", 1),
        (r"list.0.x\.y", 2),
    ],
)
def test_a_backslash_makes_a_dot_part_of_a_key(path: str, value: object) -> None:
    assert value_at(DOCUMENT, path) == value
    assert compile_condition({path: value}).matches(DOCUMENT, NOW)
    assert not compile_condition({path: "other"}).matches(DOCUMENT, NOW)
