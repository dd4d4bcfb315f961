"""Rule documents: what YAML 1.2 means, which lines are named, and what is refused before it can do harm."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.matching.documents import DocumentError, load_yaml

RULES = """---
rules:
  - match:
      alert.title: down
      "$and":
        - {a: 1}
    actions:
      - type: assign
        receiver: tem_1
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("~", None),
        ("", None),
        ("NULL", None),
        ("17:30", "17:30"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-12", -12),
        ("+.5", 0.5),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("'5'", "5"),
        ('"true"', "true"),
        ("!!str 5", "5"),
        ("!!float 3", 3.0),
        ("! 5", "5"),
        ("0x", "0x"),
        ("1.2.3", "1.2.3"),
        ("=", "="),
        ("12e03 x", "12e03 x"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, value: Any) -> None:
    found = load_yaml(f"key: {text}").value["key"]
    assert found == value
    assert type(found) is type(value)


def test_nan_is_a_number() -> None:
    assert math.isnan(load_yaml(".nan").value)


def test_an_empty_text_is_null() -> None:
    assert load_yaml("").value is None
    assert load_yaml("# nothing\n").value is None


def test_keys_are_text_as_in_javascript() -> None:
    assert load_yaml("{1: a, 1.5: b, true: c, null: d, 2.0: e, on: f}").value == {
        "1": "a",
        "1.5": "b",
        "true": "c",
        "null": "d",
        "2": "e",
        "on": "f",
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("rules",), 2),
        (("rules", 0), 3),
        (("rules", 0, "match", "alert.title"), 4),
        (("rules", 0, "match", "$and", 0, "a"), 6),
        (("rules", 0, "actions", 0, "receiver"), 9),
        (("rules", 0, "actions", 0, "delay"), 8),
        (("rules", 4, "match"), 2),
    ],
)
def test_every_part_has_a_line(path: tuple[str | int, ...], line: int) -> None:
    assert load_yaml(RULES).line_of(path) == line


def test_aliases_stand_for_what_they_name() -> None:
    document = load_yaml("a: &team [x, y]\nb: *team\nc: *team\n")
    assert document.value == {"a": ["x", "y"], "b": ["x", "y"], "c": ["x", "y"]}
    assert document.line_of(("b",)) == 2


_BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("a: 1\na: 2\n", 2, "'a' is there twice"),
        ("1: 1\n'1': 2\n", 2, "'1' is there twice"),
        ("a:\n  b: !ruby/object x\n", 2, "tag !ruby/object"),
        ("!!python/object/apply:os.system [ls]", 1, "tag !!python/object"),
        ("x: !!int abc", 1, "tag !!int"),
        ("x: !!set {a, b}", 1, "tag !!set"),
        ("a: 1\n---\nb: 2\n", 2, "only one document"),
        ("a: [1\nb: 2", 2, "expected"),
        ("a: &x [*x]", 1, "inside what it stands for"),
        ("a: *y", 1, "stands for nothing"),
        ("? [1]\n: 2", 1, "key must be text"),
        ("a: &d {x: 1}\nb:\n  <<: *d\n", 3, "merge keys"),
        ("a: 1\nb: \x01", 2, "unacceptable character"),
        ("a: \ud800", 1, "surrogate"),
        ("- " * 60, 1, "nested more than 50"),
        ("[" * 60_000, 1, "nested more than 50"),
        ("? " * 30_000, 1, "nested more than 50"),
        ("a: " + "9" * 500, 1, "digits"),
        ("- a\n" * 12_000, 10_000, "more than 10000 values"),
        (_BOMB, 5, "more than 10000 values"),
        ("a" * 70_000, 1, "64 KiB"),
        ("é" * 40_000, 1, "64 KiB"),
    ],
)
def test_what_is_refused_is_named_with_its_line(source: str, line: int, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        load_yaml(source)
    assert message in caught.value.message
    assert caught.value.line == line


_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(_JSON, st.sampled_from([None, 2, "\t"]))
def test_json_means_what_it_means_in_json(value: Any, indent: int | str | None) -> None:
    source = json.dumps([value], indent=indent)
    assert load_yaml(source).value == [value]


def test_json_escapes_of_surrogate_pairs_are_one_character() -> None:
    value = {"face": "😀", "path": "C:\\ud83d", "tab": "\t"}
    assert load_yaml(json.dumps(value, indent="\t")).value == value


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="-:[]{}&*!|>'\"%@`#?, \nab1<~", max_size=60))
def test_any_text_is_read_or_refused_with_a_line(source: str) -> None:
    try:
        load_yaml(source)
    except DocumentError as refused:
        assert 1 <= refused.line <= source.count("\n") + 3
