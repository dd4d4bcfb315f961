"""Every example request of every integration type gives exactly what its file says."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib import adapters
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.adapter import Action, AlertDraft, IntegrationContext, adapt
from chalicelib.adapters.kit.examples import EXAMPLE_ID, request_of
from chalicelib.adapters.kit.options import read_options

EMPTY_ALERT = vars(AlertDraft(title=None))
CASES = [(slug, name) for slug in adapters.slugs() for name in load_examples(slug)]
KEYS = {"request", "options", "existing", "expect"}
REQUEST_KEYS = {"method", "url", "headers", "query", "json", "form", "body"}
EXPECT_KEYS = {"blocked", "action", "thirdparty_id", "alert"}


def _adapter(slug: str, case: dict[str, Any]) -> adapters.Adapter:
    adapter = adapters.load(slug)
    return adapter(read_options(adapter, case.get("options", {}), {}), IntegrationContext())


def _supported_actions(slug: str) -> set[str]:
    """The actions that an adapter's own source, or a private module that it builds on, names."""
    found: set[str] = set()
    for base in adapters.load(slug).__mro__:
        if issubclass(base, adapters.Adapter) and base is not adapters.Adapter:
            source = Path(sys.modules[base.__module__].__file__ or "").read_text("utf-8")
            found |= {
                node.attr.lower()
                for node in ast.walk(ast.parse(source))
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Action"
            }
    return found - {Action.OTHER.value}


@pytest.mark.parametrize("slug", adapters.slugs())
def test_every_type_has_an_example_of_each_action_it_supports_and_of_junk(slug: str) -> None:
    cases = load_examples(slug)
    missing = ({"create", "junk"} | _supported_actions(slug)) - set(cases)
    assert not missing
    for action in Action:
        if action in cases and action is not Action.OTHER:
            assert cases[action]["expect"]["action"] == action


@pytest.mark.parametrize(("slug", "name"), CASES, ids=[f"{slug}: {name}" for slug, name in CASES])
def test_an_example_gives_what_its_file_says(slug: str, name: str) -> None:
    case = load_examples(slug)[name]
    expect = case["expect"]
    assert set(case) <= KEYS
    assert set(case["request"]) <= REQUEST_KEYS
    assert set(expect) <= EXPECT_KEYS
    outcome = adapt(_adapter(slug, case), request_of(case))
    assert outcome.blocked is expect.get("blocked", False), outcome.note
    if outcome.blocked:
        return
    assert outcome.action == expect["action"], outcome.note
    key = expect["thirdparty_id"]
    assert outcome.thirdparty_id == (EXAMPLE_ID if key == "<request id>" else key)
    if outcome.alert is None:
        assert "alert" not in expect
    else:
        assert vars(outcome.alert) == EMPTY_ALERT | expect["alert"]


def test_no_examples_are_left_over() -> None:
    files = {path.stem for path in Path(adapters.__path__[0], "examples").glob("*.json")}
    assert files <= set(adapters.slugs())
