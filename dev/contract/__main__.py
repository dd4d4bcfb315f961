"""`signalbox contract PACKAGE ...`, or `python -m dev.contract`: hold private packages' adapters to the contract.

A package is a folder of modules, one per tool, with `examples/` and `guides/` beside them; it must be importable from
here (PYTHONPATH). Exits 0 when all is well, 1 when a check fails, 2 when a package cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib import adapters
from dev.contract import CHECKS, parametrize


class _Subjects:
    """The plugin that gives the checks the types to look at."""

    def __init__(self, slugs: Sequence[str]) -> None:
        self.slugs = slugs

    def pytest_generate_tests(self, metafunc: Any) -> None:
        parametrize(metafunc, self.slugs)


def run(packages: Sequence[str]) -> int:
    """Run the checks over packages; the exit status. Raises what importing raises, and ValueError for a package that
    has no adapters."""
    adapters.register(packages)
    slugs = [slug for package in packages for slug in adapters.slugs(package)]
    if not slugs:
        raise ValueError(f"{', '.join(packages)}: no module is named like a slug, such as netdata.py")
    for slug in slugs:
        adapters.load(slug)
    shown = ["-q", "--assert=plain", "--tb=line", "--no-header", "-W", "ignore"]
    found = ["-o", "addopts=", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", str(CHECKS[0].parent)]
    return int(pytest.main([*shown, *found, *map(str, CHECKS)], plugins=[_Subjects(slugs)]))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="signalbox contract", description=__doc__)
    parser.add_argument("packages", nargs="+", metavar="PACKAGE", help="importable name, such as acme_adapters")
    given = parser.parse_args(arguments)
    try:
        return int(run(given.packages) != 0)
    except Exception as error:  # a module of the package may raise anything when it is imported
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
