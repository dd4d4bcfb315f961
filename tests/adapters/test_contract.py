"""The contract of every integration type of this project, and what holds for all of them together."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import adapters
from dev.contract import parametrize
from dev.contract.check_declarations import *  # noqa: F403
from dev.contract.check_examples import *  # noqa: F403
from dev.contract.check_file import *  # noqa: F403
from dev.contract.check_file import rank
from dev.contract.check_nothing_raises import *  # noqa: F403
from dev.contract.check_senders import *  # noqa: F403

# Types that wait for their guide: whoever writes one takes its type out of here.
WITHOUT_GUIDE = ()


def pytest_generate_tests(metafunc: Any) -> None:
    guides = "has_a_guide" in metafunc.function.__name__
    parametrize(metafunc, [slug for slug in adapters.slugs() if not (guides and slug in WITHOUT_GUIDE)])


def test_types_that_have_a_guide_are_no_longer_said_to_lack_it() -> None:
    assert [slug for slug in WITHOUT_GUIDE if adapters.guide(slug)] == []


def test_a_misspelt_hook_is_found() -> None:
    with pytest.raises(AssertionError, match="third_party_id"):
        rank("third_party_id")


def test_ids_and_numbers_of_types_never_change() -> None:
    pinned = {
        "aws_cloudwatch": "01EJ3PX000DJ5HGAQ2KJG3GEC0",
        "prometheus": "01EJ3PX000736NDD6VZGT2RK4V",
        "webhook": "01EJ3PX000SZ57Z7DC57EJCB7X",
    }
    assert {slug: adapters.type_id(slug) for slug in pinned} == pinned
    assert len({adapters.type_id(slug) for slug in adapters.slugs()}) == len(adapters.slugs())
    assert all(adapters.slug_of(adapters.type_id(slug)) == slug for slug in adapters.slugs())
    assert [adapters.number_of(slug) for slug in adapters.slugs()] == list(range(1, len(adapters.slugs()) + 1))
