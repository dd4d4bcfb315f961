"""The pytest plugin of an installed Signalbox: the fixture `world`, the whole service to test against.

It imports nothing of the service until a test asks for it: other test runs pay nothing for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from signalbox.testing import World

_ADAPTERS = "signalbox_adapters"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(_ADAPTERS, "packages of own Signalbox adapters, as in SIGNALBOX_ADAPTERS", type="args", default=[])


@pytest.fixture(scope="session")
def signalbox_app(pytestconfig: pytest.Config) -> Iterator[Any]:
    """The service's app, on an AWS in memory until the end of the session."""
    from signalbox.testing import service

    if packages := pytestconfig.getini(_ADAPTERS):
        os.environ["SIGNALBOX_ADAPTERS"] = ",".join(packages)
    with service() as app:
        yield app


@pytest.fixture
def world(signalbox_app: Any) -> Iterator[World]:
    """A new account with an admin, at 09:00 UTC on Monday, 2 March 2026, and nothing else. See docs/testing.md."""
    from signalbox.testing import fresh_world

    with fresh_world(signalbox_app) as found:
        yield found
