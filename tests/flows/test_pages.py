"""The pages on routers and templates say what is so: their examples are run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chalicelib.routing.rules import parse_rules
from chalicelib.templates import render
from chalicelib.templates.helpers import HELPERS
from dev import import_rules, route

DOCS = Path(__file__).parents[2] / "docs"
ROUTERS, TEMPLATES = ((DOCS / name).read_text(encoding="utf-8") for name in ("routers.md", "templates.md"))
DATA = {"list": [{"name": "a"}, {"name": "b"}], "html": "<b>x & y</b>", "tags": ["web", "eu"], "severity": 5}
ALERT = {
    "alert": {
        "title": "db-1 is down",
        "urgency": "high",
        "source_id": "01HXM5XQ3V9WJ1N7B0Z2T4R6Y8",
        "tags": [],
    },
    "log": {"data": {"commonLabels": {"team": "db"}}},
}


def blocks(page: str, kind: str = "") -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [text for own, text in found if own == kind]


@pytest.mark.parametrize(("hour", "place"), [(10, 0), (20, 1)])
def test_the_page_on_routers_shows_what_the_tool_prints(tmp_path, capsys, hour: int, place: int):
    rules, alert = tmp_path / "rules.yaml", tmp_path / "alert.json"
    rules.write_text(blocks(ROUTERS, "yaml")[0])
    alert.write_text(json.dumps(ALERT))
    assert route.main([str(rules), str(alert), "--now", f"2026-03-02T{hour}:00:00Z"]) == 0
    assert capsys.readouterr().out == blocks(ROUTERS)[place]


def test_the_page_on_routers_shows_what_the_import_prints(tmp_path, capsys):
    _, config, rules = blocks(ROUTERS, "yaml")
    path = tmp_path / "alertmanager.yml"
    path.write_text(config)
    teams = ["--team", "ops=tem_4fK0c2nVbQx1Za", "--team", "database=tem_7hT2mW9sLpD3Xc"]
    assert import_rules.main(["alertmanager", str(path), *teams]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (rules, blocks(ROUTERS)[-1])
    assert len(parse_rules(rules).rules) == 3


def test_the_examples_on_the_page_on_templates_give_what_it_says():
    rows = re.findall(r"^\| `(\{\{.*?\}\})`[^|]*\| (?:`(.*)`|nothing) \|$", TEMPLATES, re.MULTILINE)
    assert len(rows) == 20
    for template, text in rows:
        assert render(template.replace("\\|", "|"), {"data": DATA}) == text, template


def test_the_page_on_templates_names_every_helper():
    (names,) = re.findall(r"^All of them.*?\n\n(.*?)\n\n", TEMPLATES, re.DOTALL | re.MULTILINE)
    assert set(re.findall(r"`([\w-]+)`", names)) - {"else"} == set(HELPERS)
