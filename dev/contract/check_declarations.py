"""What a type declares: its names, its options with their secrets, its table of words, and its guide."""

from __future__ import annotations

import re

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Action, Adapter
from chalicelib.adapters.kit.options import GENERIC_OPTIONS, declared
from chalicelib.words import URGENCIES

_SECRET_NAME = re.compile(r"token|secret|password|api_?key|auth|signing")
_URL = re.compile(r"https?://[\w.-]+(/[^\s]*)?")


def test_a_type_has_a_name_of_its_own_and_a_page_of_the_vendors(slug: str) -> None:
    adapter = adapters.load(slug)
    assert getattr(adapter, "name", "").strip(), f"{slug}: set name, the tool as people call it"
    assert adapter.name.strip() == adapter.name, f"{slug}: name has spaces around it"
    same = [other for other in adapters.slugs() if other != slug and adapters.load(other).name == adapter.name]
    assert not same, f"{slug}: the name {adapter.name} is taken by {', '.join(same)}"
    vendor = getattr(adapter, "vendor", "")
    assert _URL.fullmatch(vendor), f"{slug}: set vendor, the URL of the page that documents the format, not {vendor!r}"


def test_options_explain_themselves_and_secrets_are_marked(slug: str) -> None:
    adapter = adapters.load(slug)
    generic = {option.name for option in GENERIC_OPTIONS}
    for option in adapter.OPTIONS:
        said = f"{slug}: option {option.name}"
        assert option.name not in generic, f"{said} is one that every type has"
        assert re.fullmatch(r"[a-z][a-z0-9_]*", option.name), f"{said}: names are lower case, such as rate_limit"
        assert option.help.endswith("."), f"{said}: help must be a sentence that ends with a full stop"
        assert option.default is None or type(option.default) is option.kind, f"{said}: default is no {option.kind}"
        named = option.kind is str and _SECRET_NAME.search(option.name)
        assert option.secret or not named, f"{said} sounds like a secret: declare it with secret=True"
    names = [option.name for option in declared(adapter)]
    assert len(set(names)) == len(names), f"{slug}: two options have the same name"


def test_headers_and_parameters_with_secrets_are_named_as_they_are_looked_up(slug: str) -> None:
    adapter = adapters.load(slug)
    for name in ("SECRET_HEADERS", "SECRET_PARAMS"):
        assert isinstance(getattr(adapter, name), tuple), f"{slug}: {name} must be a tuple of names"
    for header in adapter.SECRET_HEADERS:
        assert header == header.lower(), f"{slug}: write the header {header} in lower case"


def test_tables_of_words_hold_actions_options_and_urgencies(slug: str) -> None:
    adapter = adapters.load(slug)
    for word, action in adapter.ACTIONS.items():
        assert isinstance(action, Action), f"{slug}: ACTIONS[{word!r}] is no Action"
    flags = {option.name for option in adapter.OPTIONS if option.kind is bool}
    for word, option in adapter.SWITCHES.items():
        assert option in flags, f"{slug}: SWITCHES[{word!r}] names {option}, which is no option of kind bool"
    for word, urgency in adapter.URGENCIES.items():
        assert urgency in URGENCIES, f"{slug}: URGENCIES[{word!r}] is none of {', '.join(URGENCIES)}"


def test_a_type_has_a_guide_that_says_where_the_tool_is_told_the_endpoint(slug: str) -> None:
    guide = adapters.guide(slug)
    assert guide, (
        f"{slug}: there is no guide: write guides/{slug}.md: where to click, what to paste, which token, how to test "
        "it, and what a first alert looks like"
    )
    assert "{endpoint}" in guide or "{email}" in guide, f"{slug}: the guide must say where {{endpoint}} goes"
    checks = adapters.load(slug).blocked is not Adapter.blocked and any(o.secret for o in adapters.load(slug).OPTIONS)
    assert not checks or "{token}" in guide, f"{slug}: the guide must say where the secret, written {{token}}, goes"
