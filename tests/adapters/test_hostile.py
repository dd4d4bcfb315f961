"""The corpus of hostile requests: whatever is sent, every reader ends soon, in little memory, and without an exception.

`python -m tests.adapters.hostile` prints the worst of it; with `--all` every input is sent to every type.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib import adapters
from tests.adapters.hostile import CORPUS

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def measured() -> list[dict[str, Any]]:
    """Measured in a fresh interpreter: memory that tests took before would count."""
    command = [sys.executable, "-m", "tests.adapters.hostile", "--json"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    return [json.loads(line) for line in answer.stdout.splitlines()]


def test_the_corpus_is_large_and_reaches_every_type() -> None:
    assert len(CORPUS) >= 60
    assert len({hostile.name for hostile in CORPUS}) == len(CORPUS)
    assert {slug for hostile in CORPUS for slug in hostile.types()} == set(adapters.slugs())
    assert max(len(hostile.body(hostile.slugs[0])) for hostile in CORPUS) >= 1024 * 1024


def test_every_input_ends_within_two_seconds_and_300_megabytes(measured: list[dict[str, Any]]) -> None:
    assert [found["name"] for found in measured] == [hostile.name for hostile in CORPUS]
    assert [found for found in measured if not found["within_limits"]] == []


def test_an_input_beyond_the_limits_is_told() -> None:
    from tests.adapters.hostile.measure import Measured

    assert Measured("n", "r", 1.9, 299, "done").within_limits
    for beyond in (
        Measured("n", "r", 2.1, 1, "done"),
        Measured("n", "r", 0.1, 301, "done"),
        Measured("n", "r", 0.1, 1, "killed (-9)"),
    ):
        assert not beyond.within_limits
