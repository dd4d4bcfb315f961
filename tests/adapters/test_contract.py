"""What holds for every integration type: how its file reads, what it declares, and that nothing makes it raise."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from types import FunctionType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import adapters
from chalicelib.adapters import load_examples
from chalicelib.adapters.kit.adapter import Action, Adapter, AlertDraft, IntegrationContext, Reply
from chalicelib.adapters.kit.examples import request_of
from chalicelib.adapters.kit.explain import explanation
from chalicelib.adapters.kit.options import declared, read_options
from chalicelib.adapters.kit.reading import read
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.values import blank

SLUGS = adapters.slugs()
DECLARATIONS = ("name", "vendor", "OPTIONS", "needs_existing", "SECRET_HEADERS", "SECRET_PARAMS")
METHODS = (
    *("blocked", "action", "thirdparty_id", "alert", "reply", "confirmation_url", "template_data", "log_data"),
    "explain",
)
CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*")
SECRET_NAME = re.compile(r"token|secret|password|api_?key|auth|signing")
FORMATS = {"text", "link", "img", "email", "phone", "datetime"}
CREATES = (Action.CREATE, Action.RECREATE)

every_type = pytest.mark.parametrize("slug", SLUGS)


# How a file reads


def _source(slug: str) -> str:
    return (adapters.folder_of(slug) / f"{slug}.py").read_text("utf-8")


def _classes(slug: str) -> list[type[Adapter]]:
    """The adapter class, and the private classes that it builds on."""
    return [cls for cls in adapters.load(slug).__mro__ if issubclass(cls, Adapter) and cls is not Adapter]


@every_type
def test_a_file_says_first_what_it_is_for_and_is_short(slug: str) -> None:
    tree = ast.parse(_source(slug))
    assert len((ast.get_docstring(tree) or "").strip()) > 20
    assert _source(slug).startswith('"""')
    assert len(_source(slug).splitlines()) <= 150


@every_type
def test_a_file_imports_no_other_adapter(slug: str) -> None:
    modules = {node.module or "" for node in ast.walk(ast.parse(_source(slug))) if isinstance(node, ast.ImportFrom)}
    allowed = ("chalicelib.adapters.kit", "chalicelib.adapters.tools._")
    assert all(m.startswith(allowed) for m in modules if m.startswith("chalicelib.adapters"))
    assert len([cls for cls in _classes(slug) if cls.__module__.endswith(f".{slug}")]) == 1


def _rank(name: str) -> int:
    """The place of a member: what is declared, constants, methods, private helpers. Raises for a stranger."""
    if name in DECLARATIONS:
        return DECLARATIONS.index(name)
    if name in METHODS:
        return 100 + METHODS.index(name)
    if name.startswith("_"):
        return 200
    assert CONSTANT.fullmatch(name), f"{name} is no member of an adapter"
    return 50


@every_type
def test_members_are_known_ones_in_the_documented_order(slug: str) -> None:
    for cls in _classes(slug):
        names = [name for name in vars(cls) if not (name.startswith("__") and name.endswith("__"))]
        ranks = [_rank(name) for name in names]
        assert ranks == sorted(ranks), names


def test_a_misspelt_hook_is_found() -> None:
    with pytest.raises(AssertionError, match="third_party_id"):
        _rank("third_party_id")


@every_type
def test_hooks_take_what_the_base_takes(slug: str) -> None:
    for cls in _classes(slug):
        for name, member in vars(cls).items():
            if name in METHODS:
                assert isinstance(member, FunctionType)
                assert list(inspect.signature(member).parameters) == list(
                    inspect.signature(getattr(Adapter, name)).parameters
                )


# What a type declares


def test_names_are_unique_and_vendors_are_pages() -> None:
    names = [adapters.load(slug).name for slug in SLUGS]
    assert len(set(names)) == len(names)
    assert all(name.strip() == name != "" for name in names)
    for slug in SLUGS:
        assert re.fullmatch(r"https?://[\w.-]+(/[^\s]*)?", adapters.load(slug).vendor), slug


def test_ids_of_types_never_change() -> None:
    pinned = {
        "aws_cloudwatch": "01EJ3PX000DJ5HGAQ2KJG3GEC0",
        "prometheus": "01EJ3PX000736NDD6VZGT2RK4V",
        "webhook": "01EJ3PX000SZ57Z7DC57EJCB7X",
    }
    assert {slug: adapters.type_id(slug) for slug in pinned} == pinned
    assert len({adapters.type_id(slug) for slug in SLUGS}) == len(SLUGS)
    assert all(adapters.slug_of(adapters.type_id(slug)) == slug for slug in SLUGS)


@every_type
def test_options_explain_themselves_and_secrets_are_marked(slug: str) -> None:
    options = declared(adapters.load(slug))
    assert len({option.name for option in options}) == len(options)
    for option in options:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", option.name)
        assert option.help.endswith(".")
        assert option.default is None or type(option.default) is option.kind
        if option.kind is str and SECRET_NAME.search(option.name):
            assert option.secret, option.name


@every_type
def test_headers_and_parameters_with_secrets_are_named_as_they_are_looked_up(slug: str) -> None:
    adapter = adapters.load(slug)
    assert all(name == name.lower() for name in adapter.SECRET_HEADERS)
    assert isinstance(adapter.SECRET_HEADERS, tuple)
    assert isinstance(adapter.SECRET_PARAMS, tuple)


# Secrets


def _adapter(slug: str, options: dict[str, Any] | None = None) -> Adapter:
    """An adapter whose every fetch gives bytes that are no certificate. Required options are the example's."""
    adapter = adapters.load(slug)
    example = load_examples(slug)["create"].get("options", {})
    required = {option.name: example[option.name] for option in adapter.OPTIONS if option.required}
    context = IntegrationContext(urgency="high", prefix_id="int_0123456789ABCD", name="Preview")
    values = read_options(adapter, required | (options or {}), {})
    return adapter(values, context, fetch=lambda url: b"no certificate")


def _bare(request: Request) -> Request:
    """The request without its headers."""
    kept = {name: value for name, value in request.headers.items() if name == "content-type"}
    return replace(request, headers=kept)


def _secrets(slug: str) -> dict[str, str]:
    return {option.name: "correct horse battery staple" for option in adapters.load(slug).OPTIONS if option.secret}


GUARDED = [slug for slug in SLUGS if _secrets(slug)]
SECRETS = [(slug, name) for slug in GUARDED for name in _secrets(slug)]


@pytest.mark.parametrize("slug", GUARDED)
def test_once_its_secrets_are_set_requests_without_them_are_blocked(slug: str) -> None:
    adapter = _adapter(slug, _secrets(slug))
    for case in load_examples(slug).values():
        assert adapter.blocked(_bare(request_of(case))) is True
    assert adapter.blocked(Request()) is True


@pytest.mark.parametrize(("slug", "name"), SECRETS)
def test_each_secret_blocks_by_itself(slug: str, name: str) -> None:
    adapter = _adapter(slug, {name: "correct horse battery staple"})
    assert any(adapter.blocked(_bare(request_of(case))) for case in load_examples(slug).values())


# Nothing raises

EXAMPLES = [(slug, case) for slug in SLUGS for case in load_examples(slug).values()]


def _variants() -> Iterator[Adapter]:
    """Every type with every set of options that its examples use."""
    for slug in SLUGS:
        sets = [{}, *(case.get("options", {}) for case in load_examples(slug).values())]
        for index, options in enumerate(sets):
            if options not in sets[:index]:
                yield _adapter(slug, options)


VARIANTS = list(_variants())


def _exercise(adapter: Adapter, request: Request) -> None:
    """Call every hook; none raises, and each answers in its kind."""
    assert type(adapter.blocked(request)) is bool
    action = adapter.action(request)
    assert isinstance(action, Action)
    json.dumps(adapter.thirdparty_id(request))
    _check_draft(adapter.alert(request), action)
    for status in (200, 403, 503):
        reply = adapter.reply(request, status)
        assert isinstance(reply, Reply)
        assert status < 500 or reply.status >= 500, "a request that was not stored must not look taken"
    url = adapter.confirmation_url(request)
    assert url is None or url.startswith("https://")
    assert adapter.explain(request) != ""
    assert explanation(adapter, read(request), {}).strip()
    json.dumps([adapter.template_data(request), adapter.log_data(request)])


def _check_draft(draft: AlertDraft, action: Action) -> None:
    if action in CREATES:
        assert isinstance(draft.title, str)
        assert not blank(draft.title)
    for value in (draft.description, draft.incident_severity, draft.incident_message):
        assert value is None or isinstance(value, str)
    assert type(draft.incident) is bool
    for value in (*draft.tags, *draft.dedup_keys):
        assert isinstance(value, str)
    for item in draft.additional_data:
        assert item is not None
        assert set(item) == {"format", "label", "value"}
        assert item["format"] in FORMATS
    json.dumps([draft.meta, draft.additional_data])


def _vocabulary(value: Any) -> Iterator[str]:
    """The keys and short texts of the examples: what makes an arbitrary body look like a real one."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield key
            yield from _vocabulary(child)
    elif isinstance(value, list):
        for child in value:
            yield from _vocabulary(child)
    elif isinstance(value, str) and len(value) < 40:
        yield value


WORDS = sorted({word for _, case in EXAMPLES for word in _vocabulary(case["request"])})
HEADERS = sorted({name.lower() for _, case in EXAMPLES for name in case["request"].get("headers", {})})
CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "message/rfc822",
    "text/plain; charset=nonsense",
    "",
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(WORDS))
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=5)), inner)
    ),
    max_leaves=12,
)
headers = st.dictionaries(st.sampled_from(HEADERS), st.one_of(st.text(max_size=30), st.sampled_from(WORDS)), max_size=4)
pieces = st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(WORDS).map(str.encode)), max_size=8)
QUIET = settings(max_examples=150, deadline=None)


def _offer(request: Request) -> None:
    for adapter in VARIANTS:
        _exercise(adapter, request)


@QUIET
@given(st.one_of(documents, st.dictionaries(st.sampled_from(WORDS), documents, max_size=8)), headers)
def test_any_json_is_read(document: Any, given_headers: dict[str, str]) -> None:
    body = json.dumps(document).encode()
    _offer(Request(headers={"content-type": "application/json"} | given_headers, body=body, id="01X"))


@QUIET
@given(pieces, st.sampled_from(CONTENT_TYPES), headers)
def test_any_bytes_of_any_type_with_any_headers_are_read(
    body: list[bytes], content_type: str, given_headers: dict[str, str]
) -> None:
    joined = {separator: separator.join(body) for separator in (b"", b"&", b"=", b"\r\n\r\n")}
    for whole in joined.values():
        _offer(Request(headers={**given_headers, "content-type": content_type}, body=whole, id="01X"))


@pytest.mark.parametrize("depth", [300, 100_000])
def test_deep_nesting_is_read(depth: int) -> None:
    for left, right in (("[", "]"), ('{"data":', "}")):
        _offer(
            Request(headers={"content-type": "application/json"}, body=(left * depth + "1" + right * depth).encode())
        )


INFINITE = "1e999"
ODDITIES: tuple[Any, ...] = (
    None,
    "",
    "  ",
    "\ud800",
    "\x00",
    "https://[",
    INFINITE,
    0,
    -1,
    10**30,
    True,
    False,
    1.5,
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"a": {"b": [1, "x", None]}},
)


def _mutated(value: Any, random: Random) -> Any:
    """The value with one thing in it, at a place found by a walk from the root, dropped or replaced by an oddity."""
    inner = _parsed(value)
    if inner is not None:
        return json.dumps(_mutated(inner, random))
    if not value or not isinstance(value, (dict, list)) or random.random() < 0.1:
        return random.choice(ODDITIES)
    key = random.choice(list(value) if isinstance(value, dict) else range(len(value)))
    copy = value.copy()
    if random.random() < 0.15:
        del copy[key]
    else:
        copy[key] = _mutated(value[key], random)
    return copy


def _parsed(value: Any) -> Any:
    """The document inside a text of JSON, such as SNS sends; None for anything else."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if isinstance(found, (dict, list)) else None


def _mutated_request(request: dict[str, Any], random: Random) -> dict[str, Any]:
    kind = next((kind for kind in ("json", "form", "body") if kind in request), None)
    if kind is None or random.random() < 0.1:
        return {name: value for name, value in request.items() if name != "headers"}
    value = request[kind]
    if kind == "body" and _parsed(value) is None:
        start = random.randrange(len(value) + 1)
        return request | {"body": value[:start] + value[start + random.randrange(1, 40) :]}
    if kind == "form":
        form = {name: text for name, text in value.items() if random.random() > 0.1}
        return request | {"form": form | {random.choice(list(value)): random.choice(("", " ", "{", "[]", "\x00", "é"))}}
    value = _parsed(value) if kind == "body" else value
    for _ in range(random.randint(1, 3)):
        value = _mutated(value, random)
    source = json.dumps(value).replace(json.dumps(INFINITE), INFINITE)
    base = {name: given for name, given in request.items() if name != kind}
    return base | {"body": source, "headers": {"content-type": "application/json"} | request.get("headers", {})}


@every_type
@settings(max_examples=100, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_a_damaged_example_is_read(slug: str, random: Random) -> None:
    case = random.choice(list(load_examples(slug).values()))
    request = request_of(case | {"request": _mutated_request(case["request"], random)})
    _exercise(_adapter(slug, case.get("options", {})), request)


@every_type
def test_an_empty_request_is_read(slug: str) -> None:
    _exercise(_adapter(slug), Request(received_at=datetime(2026, 1, 1, tzinfo=UTC)))
