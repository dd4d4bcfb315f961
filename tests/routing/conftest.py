"""A fresh script per test; what it says is checked when the test's own body is over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.routing.script import Script


@pytest.fixture
def script() -> Iterator[Script]:
    found = Script()
    yield found
    found.check()
