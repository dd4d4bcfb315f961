"""Options that a member of an account may write: expressions and definitions that grow while they are evaluated."""

from __future__ import annotations

import json

from tests.adapters.hostile.inputs import Hostile, filled, fixed

_DATA = json.dumps(
    {"event_type": "create", "id": 1, "a": ["x" * 100] * 500, "b": {"c": [[1] * 10] * 100}, "d": "y" * 50_000}
)


def _expression(name: str, expression: str) -> Hostile:
    return Hostile(f"wrapper: {name}", fixed(_DATA), slugs=("webhook",), options={"wrapper_key": expression})


_ALIASES = "a: &a [x, x]\n" + "".join(
    f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}, *{'a' if n == 0 else f'b{n - 1}'}]\n" for n in range(40)
)


def _rules(name: str, match: str, items: object) -> Hostile:
    """As many rules as a definition may have, over a list that fills the body."""
    rules = "".join(f"- match: {match % number}\n  actions: [{{type: create, title: a}}]\n" for number in range(500))
    options = {"custom_definition": "rules:\n" + rules}
    return Hostile(f"rules: {name}", fixed(json.dumps({"items": items})), slugs=("custom_webhook",), options=options)


OPTIONS = (
    _rules("500 over a list of texts", "{log.data.items.status: down%d}", ["up"] * 150_000),
    _rules("500 over a list of maps", "{log.data.items.status: down%d}", [{"status": "up"}] * 60_000),
    _rules("500 over lists in lists", "{log.data.items.a.b.c: down%d}", [{"a": [{"b": [{"c": 1}]}]}] * 30_000),
    _rules("500 patterns", '{log.data.items: {$regex: "x%d.*y"}}', ["up"] * 150_000),
    _expression("a list doubled 24 times", "[@,@][]|" * 24 + "@"),
    _expression("a list doubled 18 times", "[@,@][]|" * 18 + "{title:@}"),
    _expression("a list of ten six times", "[@,@,@,@,@,@,@,@,@,@]|" * 6 + "{title:@,event_type:'create'}"),
    _expression("nested joins", "{title:" + "join(d,[" * 15 + "d" + ",d])" * 15 + "}"),
    _expression("a list doubled 100 times", "[@,@]|" * 150 + "@"),
    _expression("a map doubled", "{a:@,b:@}|" * 90 + "@"),
    _expression("a list tripled 15 times", "[@,@,@][]|" * 15 + "{title:@}"),
    _expression("a text joined by a text", "{event_type:'create',title:join(d,a)}"),
    _expression("a text joined again and again", "{event_type:'create',title:" + "join(to_string(@)," * 20 + "a" + ")" * 20 + "}"),
    _expression("a projection in a projection", "*[][][*][*][*].b" * 20),
    _expression("a filter in a filter", "a[?" * 100 + "a" + "]" * 100),
    _expression("comparisons of copies", "{a:[@,@],b:[@,@]}|" * 12 + "{x:a==b}"),
    _expression("brackets", "(" * 490 + "a" + ")" * 490),
    _expression("a sort of sorts", "sort_by(sort_by(sort_by(a,&@),&@),&@)"),
    Hostile("definition: aliases that grow", filled("x", '{"a": "', '"}', 64 * 1024), slugs=("custom_webhook",), options={"custom_definition": _ALIASES}),
    Hostile("definition: deep YAML", fixed("{}"), slugs=("custom_webhook",), options={"custom_definition": "[" * 20_000}),
    Hostile(
        "definition: expressions over a megabyte",
        filled("a", '{"a": "', '"}'),
        slugs=("custom_webhook",),
        options={"custom_definition": 'rules: [{match: {log.body: {$regex: "(a*)*b"}}, actions: [{type: create, title: "{{log.body}}{{log.body}}"}]}]\ndefault: {actions: [{type: create, title: "{{{log.body}}}", description: "{{json log}}", tags: "{{{log.body}}}"}]}'},
    ),
)  # fmt: skip
