"""Templates: what they print, as Handlebars 4 prints it."""

import pytest

from chalicelib.templates import render

DATA = {
    "name": 'O\'Hara & <Co> = `x` "q"',
    "list": [{"name": "one"}, {"name": "two"}],
    "words": ["a", "b"],
    "map": {"k": "v", "odd key": "spaced"},
    "yes": True,
    "no": False,
    "zero": 0,
    "nothing": None,
    "empty": [],
    "number": 1.0,
    "mixed": [1, [2, None], {"x": 1}],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{name}}", "O&#x27;Hara &amp; &lt;Co&gt; &#x3D; &#x60;x&#x60; &quot;q&quot;"),
        ("{{{name}}}", DATA["name"]),
        ("{{&name}}", DATA["name"]),
        ("{{nothing}}|{{missing}}|{{missing.deeper}}", "||"),
        ("{{no}} {{yes}} {{zero}} {{number}}", "false true 0 1"),
        ("{{words}} {{mixed}} {{map}}", "a,b 1,2,,[object Object] [object Object]"),
        ("{{list.[0].name}} {{list.1.name}} {{words.0}} {{map/k}} {{map.[odd key]}}", "one two a v spaced"),
        ("{{list.length}} {{words.[9]}}", "2 "),
        ('{{"name"}} {{this.zero}} {{./zero}}', "O&#x27;Hara &amp; &lt;Co&gt; &#x3D; &#x60;x&#x60; &quot;q&quot; 0 0"),
        ("a {{! note }}b{{!-- }} --}}c", "a bc"),
        ("\\{{name}} \\\\{{zero}}", "{{name}} \\0"),
        ('{"a":{"b":{{zero}}}}', '{"a":{"b":0}}'),
        ("  {{~zero~}}  ", "0"),
        ("{{@root.zero}}", "0"),
    ],
)
def test_values_print_as_handlebars_prints_them(template: str, text: str) -> None:
    assert render(template, DATA) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{#if yes}}y{{else}}n{{/if}}", "y"),
        ("{{#if zero}}y{{else if empty}}e{{else if words}}w{{else}}n{{/if}}", "w"),
        ("{{#if zero includeZero=true}}y{{/if}}{{#if nothing}}y{{^}}n{{/if}}", "yn"),
        ("{{#if map}}y{{/if}}{{#if missing}}y{{/if}}", "y"),
        ("{{#unless yes}}y{{else}}n{{/unless}}", "n"),
        ("{{#each list}}{{@index}}{{name}}{{@first}}{{@last}};{{/each}}", "0onetruefalse;1twofalsetrue;"),
        ("{{#each map}}{{@key}}={{this}};{{/each}}", "k=v;odd key=spaced;"),
        ("{{#each empty}}x{{else}}none{{/each}}{{#each zero}}x{{else}}none{{/each}}", "nonenone"),
        ("{{#each list as |item index|}}{{index}}{{item.name}}{{/each}}", "0one1two"),
        (
            "{{#each words}}{{#each ../list}}{{@../index}}{{../this}}{{name}} {{/each}}{{/each}}",
            "0aone 0atwo 1bone 1btwo ",
        ),
        ("{{#each list}}{{#if name}}{{../zero}}{{/if}}{{/each}}", "00"),
        ("{{#with map}}{{k}}{{../zero}}{{/with}}{{#with nothing}}x{{else}}n{{/with}}", "v0n"),
        ("{{#with map as |m|}}{{m.k}}{{/with}}", "v"),
        ("{{#map}}{{k}}{{/map}}{{#list}}{{name}}{{/list}}{{#no}}x{{/no}}{{^no}}n{{/no}}", "vonetwon"),
        ("{{#each words}}{{.}}{{/each}}", "ab"),
        ("{{lookup words 1}}{{lookup map 'k'}}{{lookup (lookup list 0) 'name'}}", "bvone"),
        ("{{log 'x' level='error'}}{{log}}", ""),
    ],
)
def test_blocks_choose_and_repeat(template: str, text: str) -> None:
    assert render(template, DATA) == text


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a\n{{#if yes}}\n  b\n{{/if}}\nc", "a\n  b\nc"),
        ("a\n{{#if no}}\nb\n{{else}}\nc\n{{/if}}\nd", "a\nc\nd"),
        ("a\n{{#if no}}\nb\n{{else if yes}}\nc\n{{else}}\nd\n{{/if}}\ne", "a\nc\ne"),
        ("a\n  {{! note }}  \nb", "a\nb"),
        ("a\n{{zero}}\nb", "a\n0\nb"),
        ("{{#each words}}\n{{.}}\n{{/each}}\n", "a\nb\n"),
        ("a {{#if yes~}} b {{~/if}} c", "a b c"),
        ("a {{~#if no}}b{{~else~}} c {{/if~}} d", "ac d"),
    ],
)
def test_tags_alone_on_their_line_leave_no_line(template: str, text: str) -> None:
    assert render(template, DATA) == text


@pytest.mark.parametrize(
    "path", ["__class__", "name.__class__", "words.append", "map.items", "constructor", "name.constructor"]
)
def test_nothing_of_python_is_within_reach(path: str) -> None:
    assert render("{{" + path + "}}{{lookup name '__class__'}}", DATA) == ""


def test_a_value_of_the_data_hides_a_helper_of_that_name() -> None:
    assert render("{{first}} {{first words}}", {"first": "Ada", "words": ["a"]}) == "Ada a"


def test_numbers_print_as_in_javascript() -> None:
    data = {"n": [1e21, 1.5e-7, 0.000001, 123456789012.5, -0.0, 2.0, float("nan"), float("inf")]}
    assert render("{{n}}", data) == "1e+21,1.5e-7,0.000001,123456789012.5,0,2,NaN,Infinity"


def test_plain_text_is_not_escaped() -> None:
    assert render("{{name}} {{{name}}}", DATA, html=False) == f"{DATA['name']} {DATA['name']}"
    assert render("{{#if name}}{{name}}{{/if}}", {"name": "a & b"}, html=False) == "a & b"
