"""The pages for operators name every setting and alarm that there is, and their examples are of use."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from dev import deploy
from dev.docs import ROOT
from tests.infrastructure.conftest import Resources, of_type
from tests.infrastructure.test_alarms import OUR_METRICS, THROTTLED

DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(#[^)]+)?\)")


def cells(page: str, place: int = 0) -> set[str]:
    """What stands in back quotes in a column of the tables of a page."""
    rows = re.findall(r"^\|(.+)\|$", (DOCS / page).read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[place])}


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {"#" + re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_setting_of_a_deployment_is_described(template: dict[str, Any]) -> None:
    flags = {deploy._flag(name) for name in template["Parameters"] if name != "Stage"}
    assert {name for name in cells("deploying.md") if name.startswith("--")} == flags


def test_every_alarm_is_described_and_no_other(resources: Resources) -> None:
    names = {name.removesuffix("Alarm") for name in of_type(resources, "AWS::CloudWatch::Alarm")}
    described = cells("operating.md")
    assert names <= described
    assert {
        name for name in described if re.search(r"(Errors|Throttles|Throttled|Age|5xx)$", name)
    } <= names | OUR_METRICS


def test_the_number_of_alarms_and_of_their_metrics_is_what_the_page_on_cost_says(resources: Resources) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm").values()
    metrics = sum(sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1 for alarm in alarms)
    assert f"alarms: {len(alarms)}, looking at {metrics} metrics" in (DOCS / "operating.md").read_text()


def test_every_metric_of_ours_is_described() -> None:
    assert cells("operating.md") >= OUR_METRICS | THROTTLED


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text()):
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), target
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{target}{anchor}"


def test_the_version_is_the_newest_of_the_change_log() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## \[([\d.]+)\] - (unreleased|\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest and newest[1] == version


def test_the_workflow_runs_targets_that_there_are_and_deploys_by_an_identity_of_its_own() -> None:
    workflow = yaml.safe_load((DOCS / "examples" / "github-actions.yml").read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    targets = {step["run"].split()[1] for step in steps if "run" in step}
    assert targets == {"check", "e2e", "deploy"}
    assert targets <= set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    job = workflow["jobs"]["deploy"]
    assert (job["needs"], job["permissions"]["id-token"]) == ("check", "write")
    trust = json.loads((DOCS / "examples" / "github-trust-policy.json").read_text())["Statement"][0]
    subject = trust["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject.endswith(f":environment:{job['environment']}")
    assert "secrets." not in (DOCS / "examples" / "github-actions.yml").read_text()
