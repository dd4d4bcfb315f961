"""Whatever a template or its data hold, rendering ends soon, with text or with a TemplateError."""

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.templates import TemplateError, check_template, render
from chalicelib.templates.helpers import HELPERS

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)
TAGS = "{{ }} {{#if a}} {{/if}} {{else}} {{#each l}} {{/each}} {{a}} {{^ else as|x| a lookup ../ this 0 null {{!-- --}} {{{{ eq 1.5"
PIECES = st.lists(st.sampled_from([*"{}#/^~ .\n@|=()[]\"'\\!&>*", *TAGS.split()]), max_size=25).map("".join)


@given(PIECES | st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_renders_or_is_refused_with_a_line(template: str) -> None:
    try:
        assert isinstance(render(template, {"a": "x", "l": [1, {"a": None}]}), str)
    except TemplateError as error:
        assert 1 <= error.line <= template.count("\n") + 1
        assert error.message


@given(st.sampled_from(sorted(HELPERS)), st.lists(VALUES, max_size=4))
@settings(max_examples=200, deadline=None)
def test_any_helper_takes_any_values(name: str, values: list[Any]) -> None:
    data = {f"v{index}": value for index, value in enumerate(values)}
    try:
        render(f"{{{{#each (split 'x')}}}}{{{{{name} {' '.join('@root.' + key for key in data)}}}}}{{{{/each}}}}", data)
    except TemplateError as error:
        assert error.message


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_any_value_prints(value: Any) -> None:
    assert isinstance(
        render("{{v}}{{#v}}{{.}}{{/v}}{{#each v}}{{@key}}{{this}}{{/each}}{{v.x.length}}", {"v": value}), str
    )


@given(st.text(max_size=60).filter(lambda text: "{{" not in text))
def test_text_without_tags_stays_as_it_is(template: str) -> None:
    assert render(template, {}) == template


@pytest.mark.parametrize(
    ("template", "line", "fault"),
    [
        ("a\n{{#if b}}", 2, "unexpected end"),
        ("{{#if b}}\n{{/each}}", 2, "closed by"),
        ("{{#if b}}{{else}}{{else}}{{/if}}", 1, "unexpected"),
        ("\n\n{{a", 3, "tag"),
        ("{{a b c", 1, "tag"),
        ("{{ a ", 1, "never closed"),
        ("{{{a}}", 1, "missing }}}"),
        ("{{! a", 1, "comment"),
        ("{{> partial}}", 1, "partials are not supported"),
        ("{{#> partial}}", 1, "partials are not supported"),
        ("{{* decorator}}", 1, "decorators are not supported"),
        ("{{{{raw}}}}", 1, "raw blocks are not supported"),
        ("{{#if}}{{/if}}", 1, "exactly one argument"),
        ("{{if a}}", 1, "is a block"),
        ("{{a.this}}", 1, "invalid path"),
        ("{{/if}}", 1, "unexpected"),
        ("{{}}", 1, "unexpected"),
    ],
)
def test_a_fault_is_found_on_saving(template: str, line: int, fault: str) -> None:
    with pytest.raises(TemplateError, match=fault) as caught:
        check_template(template)
    assert caught.value.line == line


LONG = ["x" * 60] * 1000
MANY: dict[str, Any] = {"text": "a" * 200_000, "long": LONG, "nest": {"l": [0] * 400}}


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("x" * 65_537, "longer than 65536"),
        ("{{#if a}}" * 51 + "{{/if}}" * 51, "deeper than 50"),
        ("{{a}}{{#if a}}b" + "{{else if a}}b" * 51 + "{{/if}}", "deeper than 50"),
        ("{{lookup " + "(lookup " * 51 + "a 1" + ") 1" * 51 + " 1}}", "deeper than 50"),
        ("{{text}}{{text}}", "longer than 262144"),
        ("{{#each nest.l}}{{#each @root.nest.l}}{{/each}}{{/each}}", "more than 100000 steps"),
        ("{{#each nest.l}}{{#if (uppercase @root.text)}}{{/if}}{{/each}}", "more than 100000 steps"),
        ("{{#if (replace text 'a' 'bbb')}}{{/if}}", "too long"),
        ("{{#if (join long text)}}{{/if}}", "too long"),
    ],
)
def test_what_would_run_long_is_refused(template: str, fault: str) -> None:
    with pytest.raises(TemplateError, match=fault):
        render(template, MANY)


@pytest.mark.parametrize(
    "template",
    [
        "{{#each long}}{{regexMatch @root.text '(a+)+$'}}{{/each}}",
        "{{#each nest.l}}{{#if (JSONstringify @root.long 10)}}{{/if}}{{/each}}",
        "{{#each long}}{{#if (sanitize @root.text)}}{{/if}}{{/each}}",
        "{{!}}\n" * 10_000,
        "{{#if a}}\n{{/if}}\n" * 4_000,
        "{{" + " " * 65_000,
        '{{"' + '\\"' * 32_000,
    ],
)
def test_a_hard_template_ends_soon(template: str) -> None:
    started = time.process_time()
    with contextlib.suppress(TemplateError):
        render(template, MANY)
    assert time.process_time() - started < 3


def test_a_value_nested_too_deeply_is_refused_not_raised() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    for template in ("{{v}}", "{{JSONstringify v}}", "{{JSONstringify v 2}}"):
        with pytest.raises(TemplateError, match=r"nested too deeply|too long"):
            render(template, {"v": value})
