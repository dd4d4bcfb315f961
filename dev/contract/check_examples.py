"""Every example request gives exactly what its file says; series of them leave as many alerts open as it says."""

from __future__ import annotations

import ast
from typing import Any

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Action, AlertDraft, Outcome, adapt
from chalicelib.adapters.kit.examples import CONTEXT, EXAMPLE_ID, request_of
from chalicelib.adapters.kit.options import read_options
from dev.contract import subjects
from dev.contract.series import Desk, steps

_EMPTY = vars(AlertDraft(title=None))
_KEYS = {"request", "options", "existing", "expect"}
_REQUEST_KEYS = {"method", "url", "headers", "query", "json", "form", "body"}
_EXPECT_KEYS = {"blocked", "action", "thirdparty_id", "alert", "note"}


def test_there_is_an_example_of_junk_and_of_each_action_that_the_source_names(slug: str) -> None:
    cases = adapters.load_examples(slug)
    named = {
        node.attr.lower()
        for tree in subjects.sources(slug)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Action"
    } - {"other"}
    for name in sorted({"create", "junk"} | named):
        assert name in cases, f"{slug}: examples/{slug}.json has no example named {name}"
    for action in set(Action) & set(cases):
        assert cases[action]["expect"]["action"] == action, f"{slug}: the example {action} does not {action}"


def test_an_example_gives_what_its_file_says(slug: str, example: str) -> None:
    case = adapters.load_examples(slug)[example]
    expect, said = case["expect"], f"{slug}, example {example!r}"
    for found, known in ((case, _KEYS), (case["request"], _REQUEST_KEYS), (expect, _EXPECT_KEYS)):
        assert set(found) <= known, f"{said}: {sorted(set(found) - known)} is unknown; known are {sorted(known)}"
    adapter = adapters.load(slug)
    outcome = adapt(adapter(read_options(adapter, case.get("options", {}), {}), CONTEXT), request_of(case))
    assert outcome.blocked is expect.get("blocked", False), f"{said}: blocked is {outcome.blocked} ({outcome.note})"
    if not outcome.blocked:
        _compare(said, outcome, expect)


def _compare(said: str, outcome: Outcome, expect: dict[str, Any]) -> None:
    assert outcome.action == expect["action"], f"{said}: the action is {outcome.action} ({outcome.note})"
    key = EXAMPLE_ID if expect["thirdparty_id"] == "<request id>" else expect["thirdparty_id"]
    assert outcome.thirdparty_id == key, f"{said}: thirdparty_id is {outcome.thirdparty_id!r}"
    assert "note" not in expect or outcome.note == expect["note"], f"{said}: the note is {outcome.note!r}"
    if outcome.alert is None:
        assert "alert" not in expect, f"{said}: there is no alert, since the action is {outcome.action}"
        return
    assert "alert" in expect, f"{said}: expect has no alert, which lists every field that is not empty"
    for name, value in vars(outcome.alert).items():
        wanted = {**_EMPTY, **expect["alert"]}[name]
        assert value == wanted, f"{said}: {name} of the alert is {value!r}, the file says {wanted!r}"


def test_a_series_of_requests_leaves_as_many_alerts_open_as_its_file_says(slug: str, series: str) -> None:
    case = adapters.load_sequences(slug)[series]
    adapter = adapters.load(slug)
    desk = Desk(adapter(read_options(adapter, case.get("options", {}), {}), CONTEXT))
    for number, (step, request) in enumerate(steps(slug, series), 1):
        said = f"{slug}, {series!r}, step {number}"
        outcome = desk.take(request, number)
        assert not outcome.blocked, f"{said} is blocked"
        assert step.get("action", outcome.action) == outcome.action, f"{said}: {outcome.action} ({outcome.note})"
        assert step["open"] == len(desk.live), f"{said}: {len(desk.live)} alerts are open: {sorted(desk.live)}"
        acknowledged = step.get("acknowledged", len(desk.acknowledged))
        assert acknowledged == len(desk.acknowledged), f"{said}: {len(desk.acknowledged)} alerts are acknowledged"


def test_no_examples_and_no_guides_are_left_over(slugs: tuple[str, ...]) -> None:
    for folder in {adapters.folder_of(slug) for slug in slugs}:
        there = {*folder.glob("examples/*"), *folder.glob("guides/*")}
        own = {folder / "examples" / f"{slug}.json" for slug in slugs} | {folder / f"guides/{s}.md" for s in slugs}
        left = sorted(str(path.relative_to(folder)) for path in there - own)
        assert not left, f"{folder.name}: {', '.join(left)} belong to no integration type"
