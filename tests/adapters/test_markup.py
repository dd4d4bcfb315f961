"""Descriptions are text or HTML and say which; what is said to be HTML is safe to show, whoever wrote what is in it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import adapters
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.adapter import AlertDraft, adapt
from chalicelib.adapters.kit.examples import request_of
from chalicelib.adapters.kit.html import sanitize
from chalicelib.adapters.kit.markup import Html, joined_markup, markup, quoted
from chalicelib.adapters.kit.options import read_options
from chalicelib.words import LONGEST_DESCRIPTION

HOSTILE = "<script>x()</script><img src=x onerror=x()><a href='javascript:x()'>x</a>\"'<b"
HTML_TYPES = {
    *(
        "azure_monitor",
        "cloudflare",
        "custom_webhook",
        "dynatrace",
        "email",
        "freshdesk",
        "freshservice",
        "hetrix_tools",
        "kapacitor",
    ),
    *("sentry", "zabbix", "zendesk"),
}


def _poisoned(value: Any) -> Any:
    """The value with something hostile behind every text that is no word the adapter decides by."""
    if isinstance(value, dict):
        return {key: _poisoned(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_poisoned(child) for child in value]
    return f"{value} {HOSTILE}" if isinstance(value, str) and " " in value else value


def drafts(slug: str, poison: bool) -> list[AlertDraft]:
    found = []
    for case in load_examples(slug).values():
        request = {
            name: _poisoned(part) if poison and name in ("json", "form") else part
            for name, part in case["request"].items()
        }
        adapter = adapters.load(slug)
        outcome = adapt(
            adapter(read_options(adapter, case.get("options", {}), {})), request_of(case | {"request": request})
        )
        found += [outcome.alert] if outcome.alert else []
    return found


@pytest.mark.parametrize("slug", adapters.slugs())
def test_tags_that_an_adapter_writes_are_declared(slug: str) -> None:
    formats = {draft.description_format for draft in drafts(slug, poison=False)}
    assert ("html" in formats) is (slug in HTML_TYPES)
    written = [draft for draft in drafts(slug, poison=False) if "</" in (draft.description or "")]
    assert all(draft.description_format == "html" for draft in written)


class Tags(HTMLParser):
    """The tags of a description with their attributes, as a browser sees them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))


@pytest.mark.parametrize("slug", sorted(HTML_TYPES))
def test_what_is_declared_to_be_html_is_safe_to_show(slug: str) -> None:
    declared = [draft.description for draft in drafts(slug, poison=True) if draft.description_format == "html"]
    assert declared
    for tag, attributes in (found for description in declared for found in Tags(description or "").found):
        assert tag != "script"
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("href") or "https:").startswith("https:")


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("<>&\"'ab/ ={}")), st.text(st.sampled_from("<>&\"'ab/ ={}")))
def test_no_value_gets_out_of_the_markup_that_it_is_put_in(one: str, other: str) -> None:
    made = markup("<p>{}</p><b>{}</b>", one, markup("<i>{}</i>", other))
    assert made.count("<") == made.count(">") == 6
    assert nh3.clean(made, tags=set()).strip() == nh3.clean(markup("{}{}", one, other)).strip()
    assert markup("<a href='{}'>x</a>", quoted(one)).count("'") == 2
    assert joined_markup("<br>", [markup("{}", one)]) == markup("{}", one)


def test_a_text_that_looks_like_html_stays_text() -> None:
    assert AlertDraft("t", "<b>bold</b>").description_format == "text"
    assert AlertDraft("t", Html("<b>bold</b>")).description_format == "html"
    assert AlertDraft("t").description_format == "text"


@pytest.mark.parametrize("level", ["default", "basic", "relaxed"])
@pytest.mark.parametrize(
    "source", ["<p>x" * 15_000, "<b>" + "é" * 60_000, "&" * 60_000, "<" * 60_000, "<p title='" + "x" * 60_000]
)
def test_long_html_ends_within_a_description_and_closed(source: str, level: str) -> None:
    safe = sanitize(source, level)
    assert len(safe) <= LONGEST_DESCRIPTION
    assert safe.count("<p>") == safe.count("</p>")
