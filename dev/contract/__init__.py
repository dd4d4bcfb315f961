"""What every integration type is held to, of this project and of private packages: `python -m dev.contract PACKAGE`.

The `check_*` modules are tests for pytest that ask for `slug` (and `example`, `series` or `option` with it) or `slugs`;
`parametrize` gives them the types to ask it of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chalicelib import adapters

CHECKS = tuple(sorted(Path(__file__).parent.glob("check_*.py")))


def parametrize(metafunc: Any, slugs: Sequence[str]) -> None:
    """pytest's hook `pytest_generate_tests`, for the types of `slugs`."""
    wanted = set(metafunc.fixturenames)
    for name, pairs in (("example", _examples), ("series", _series), ("option", _secrets)):
        if name in wanted:
            found = list(pairs(slugs))
            metafunc.parametrize(("slug", name), found, ids=[f"{slug}: {case}" for slug, case in found])
            return
    if "slug" in wanted:
        metafunc.parametrize("slug", slugs)
    elif "slugs" in wanted:
        metafunc.parametrize("slugs", [tuple(slugs)], ids=["all types"])


def _examples(slugs: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((slug, name) for slug in slugs for name in adapters.load_examples(slug))


def _series(slugs: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((slug, name) for slug in slugs for name in adapters.load_sequences(slug))


def _secrets(slugs: Sequence[str]) -> Iterator[tuple[str, str]]:
    return ((slug, option.name) for slug in slugs for option in adapters.load(slug).OPTIONS if option.secret)
