"""The page on custom rules lists all there is, and what its example says is what comes of it."""

from __future__ import annotations

import json
import re

import pytest

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import AlertDraft, adapt
from chalicelib.adapters.kit.examples import CONTEXT
from chalicelib.adapters.kit.options import read_options
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.rule_checks import FIELDS, PREPROCESSORS, TYPES
from chalicelib.adapters.kit.rules import definition_fault
from dev.docs import ROOT

PAGE = (ROOT / "docs/custom-rules.md").read_text("utf-8")


def blocks(language: str, page: str = PAGE) -> list[str]:
    """The fenced blocks of a language, also those in a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", page, re.DOTALL | re.MULTILINE)
    return [re.sub(f"^{margin}", "", content, flags=re.MULTILINE) for margin, content in found]


def test_the_example_makes_the_alert_that_the_page_shows() -> None:
    (definition,), (request, alert) = blocks("yaml"), blocks("json")
    adapter = adapters.load("custom_webhook")
    options = read_options(adapter, {"custom_definition": definition}, {})
    outcome = adapt(adapter(options, CONTEXT), Request(body=request.encode()))
    assert outcome.thirdparty_id == "7"
    assert outcome.alert
    assert vars(outcome.alert) == vars(AlertDraft(None)) | json.loads(alert)


@pytest.mark.parametrize(
    "name", [*FIELDS, *TYPES, *PREPROCESSORS, "preprocess", "rules", "match", "default", "actions"]
)
def test_every_word_of_the_language_is_explained(name: str) -> None:
    assert re.search(rf"^(\| |### )`{name}`", PAGE, re.MULTILINE)


def test_the_definition_of_the_guide_can_be_saved() -> None:
    (definition,) = blocks("yaml", adapters.guide("custom_webhook") or "")
    assert definition_fault(definition) is None
