"""The page on adding an adapter works to the letter: its files, written as they stand, keep the contract."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from chalicelib.adapters import kit
from chalicelib.adapters.kit.adapter import Adapter, Option
from dev.contract.check_file import DECLARATIONS, METHODS
from dev.docs import ROOT
from tests.adapters.test_private_packages import python

PAGE = (ROOT / "docs/adding-an-adapter.md").read_text("utf-8")
FILES = re.findall(r"^`(acme_adapters/[\w/.]+)`:\n\n```\w+\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_files_of_the_page_are_a_package_that_keeps_the_contract(tmp_path: Path) -> None:
    assert [name for name, _ in FILES] == [
        "acme_adapters/acme_uptime.py",
        "acme_adapters/examples/acme_uptime.json",
        "acme_adapters/guides/acme_uptime.md",
        "acme_adapters/__init__.py",
    ]
    for name, content in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    command = "python -m dev.contract acme_adapters"
    assert f"```\n{command}\n```" in PAGE
    done = python(command.split()[1:], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", [*DECLARATIONS, *METHODS, "ACTIONS", "SWITCHES", "URGENCIES"])
def test_every_member_is_in_the_table_in_the_order_of_the_contract(name: str) -> None:
    assert re.search(rf"^\| .*`{name}`.*\|.*\|.*\|$", PAGE, re.MULTILINE)
    assert hasattr(Adapter, name) or name in Adapter.__annotations__


@pytest.mark.parametrize("field", [field.name for field in fields(Option)])
def test_every_field_of_an_option_is_explained(field: str) -> None:
    assert re.search(rf"^\| .*`{field}`.* \|", PAGE, re.MULTILINE)


def test_what_the_page_says_the_kit_has_is_there() -> None:
    table = PAGE.split("| From `chalicelib.adapters.kit` | Gives |")[1].split("\n\n")[0]
    names = re.findall(r"`(\w+)\(", table)
    assert len(names) > 10
    assert set(names) <= set(kit.__all__)
