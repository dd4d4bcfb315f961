"""A flow for each test: an account at 09:00 UTC on Monday, 2 March 2026."""

from __future__ import annotations

import pytest

from signalbox.testing import World
from tests.flows.script import Flow


@pytest.fixture
def flow(world: World) -> Flow:
    return Flow(world)
