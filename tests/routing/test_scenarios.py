"""The scenarios that the documented router examples imply, played on a fake clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.routing.script import Script

STAKEHOLDER = "stk_group00000001"


def test_alerts_of_one_source_are_grouped_for_an_hour(script: Script) -> None:
    team = script.team("X")
    router = script.router(f"""
rules:
- match: {{always: true}}
  actions:
  - type: aggregate
    by: [alert.source_id]
    timeout: 1h
    receiver: {team}
""")
    for time, name, source in [("0m", "a1", "A"), ("10m", "a2", "A"), ("20m", "b1", "B"), ("59m", "a3", "A")]:
        script.at(time).push(name, router, source_id=source)
    script.at("61m").push("a4", router, source_id="A")
    script.want("0m", "a1", team)
    script.want("10m", "a2", "child of a1")
    script.want("20m", "b1", team)
    script.want("59m", "a3", "child of a1")
    script.want("61m", "a4", team)


def _critical_systems(script: Script) -> tuple[str, str, str]:
    team, default = script.team("X"), script.team("default")
    return (
        team,
        default,
        script.router(
            f"""
rules:
- match:
    alert.title: {{$regex: Critical Systems Down, $options: i}}
    alert.urgency: {{$in: [high, critical]}}
  actions:
  - type: stakeholder
    ids: [{STAKEHOLDER}]
  - type: assign
    receiver: {team}
    delay: 5m
""",
            default,
        ),
    )


def test_a_delayed_assignment_waits_and_informs_stakeholders_at_once(script: Script) -> None:
    team, _, router = _critical_systems(script)
    script.at("1m").push("a", router, title="the critical systems down again")
    script.want("1m", "a", f"stakeholder {STAKEHOLDER}")
    script.want("1m", "a", "waits")
    script.want("6m", "a", team)


def test_an_alert_that_misses_one_condition_goes_to_the_default_receiver(script: Script) -> None:
    _, default, router = _critical_systems(script)
    script.at("0m").push("a", router, title="critical systems down", urgency="medium")
    script.at("0m").push("b", router, title="something else")
    script.want("0m", "a", default)
    script.want("0m", "b", default)


def test_an_alert_that_heals_during_the_delay_pages_nobody(script: Script) -> None:
    _, _, router = _critical_systems(script)
    script.at("0m").push("a", router, title="critical systems down")
    script.at("3m").resolve("a")
    script.want("0m", "a", f"stakeholder {STAKEHOLDER}")
    script.want("0m", "a", "waits")


def test_alerts_with_one_title_are_grouped_and_case_matters(script: Script) -> None:
    team, default = script.team("X"), script.team("default")
    router = script.router(
        f"""
rules:
- match: {{alert.title: {{$regex: staging}}}}
  actions:
  - {{type: aggregate, by: [alert.title], timeout: 1d, receiver: {team}}}
""",
        default,
    )
    for minute, (name, title) in enumerate(
        [("a", "staging db"), ("b", "staging db"), ("c", "staging web"), ("d", "Staging db")]
    ):
        script.at(f"{minute}m").push(name, router, title=title)
    script.want("0m", "a", team)
    script.want("1m", "b", "child of a")
    script.want("2m", "c", team)
    script.want("3m", "d", default)


@pytest.mark.parametrize(
    ("moment", "in_hours"),
    [
        (datetime(2026, 1, 6, 10, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 6, 17, 30, tzinfo=UTC), False),
        (datetime(2026, 1, 10, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 7, 9, 30, tzinfo=UTC), True),
        (datetime(2026, 7, 7, 7, 30, tzinfo=UTC), True),  # 08:30 in London's summer
        (datetime(2026, 7, 7, 16, 30, tzinfo=UTC), False),  # 17:30 in London's summer
    ],
)
def test_out_of_office_hours_alerts_are_ignored(script: Script, moment: datetime, in_hours: bool) -> None:
    script.start = moment
    team = script.team("X")
    router = script.router(
        f"""
rules:
- match:
    $and:
    - $timeBetween: {{timezone: Europe/London, starttime: 08:00 am, endtime: 05:00 pm}}
    - $day: {{timezone: Europe/London, $in: [1, 2, 3, 4, 5]}}
  actions:
  - {{type: assign, receiver: {team}}}
- match: {{always: true}}
  actions:
  - type: ignore
""",
        script.team("default"),
    )
    script.at("0m").push("a", router)
    script.want("0m", "a", team if in_hours else "suppressed")


def test_a_disabled_router_sends_everything_to_its_default_receiver(script: Script) -> None:
    default = script.team("default")
    router = script.router("rules: [{match: {always: true}, actions: [{type: ignore}]}]", default, enabled=False)
    script.at("0m").push("a", router)
    script.want("0m", "a", default)


@pytest.mark.parametrize(("hour", "outcome"), [(3, "default"), (7, "suppressed")])
def test_holidays_are_those_of_the_named_time_zone(script: Script, hour: int, outcome: str) -> None:
    script.start = datetime(2026, 1, 1, hour, 0, tzinfo=UTC)
    default = script.team("default")
    router = script.router(
        """
rules:
- match:
    $now: {timezone: America/Chicago, format: MM-DD, $in: [01-01, 12-25]}
  actions: [{type: ignore}]
""",
        default,
    )
    script.at("0m").push("a", router)
    script.want("0m", "a", default if outcome == "default" else outcome)


BETWEEN = [
    ("08:00 am", "05:00 pm", "08:00", True),
    ("08:00 am", "05:00 pm", "17:00", True),
    ("08:00 am", "05:00 pm", "17:01", False),
    ("05:00 pm", "08:00 am", "23:00", True),
    ("05:00 pm", "08:00 am", "07:59", True),
    ("05:00 pm", "08:00 am", "12:00", False),
    ("12:00 pm", "12:00 am", "15:00", True),
    ("12:00 pm", "12:00 am", "00:00", True),
    ("12:00 pm", "12:00 am", "11:59", False),
    ("12:00 am", "12:00 pm", "00:00", True),
]


@pytest.mark.parametrize(("start", "end", "clock", "matches"), BETWEEN)
def test_a_span_of_time_holds_both_its_ends(script: Script, start: str, end: str, clock: str, matches: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    script.start = datetime(2026, 1, 6, hour, minute, 30, tzinfo=UTC)
    team, default = script.team("X"), script.team("default")
    router = script.router(
        f"""
rules:
- match: {{$timeBetween: {{starttime: {start}, endtime: {end}}}}}
  actions: [{{type: assign, receiver: {team}}}]
""",
        default,
    )
    script.at("0m").push("a", router)
    script.want("0m", "a", team if matches else default)


def test_where_two_spans_meet_the_first_rule_decides(script: Script) -> None:
    script.start = datetime(2026, 1, 6, 0, 0, tzinfo=UTC)
    night, morning = script.team("night"), script.team("morning")
    router = script.router(f"""
rules:
- match: {{$timeBetween: {{starttime: 12:00 pm, endtime: 12:00 am}}}}
  actions: [{{type: assign, receiver: {night}}}]
- match: {{$timeBetween: {{starttime: 12:00 am, endtime: 12:00 pm}}}}
  actions: [{{type: assign, receiver: {morning}}}]
""")
    script.at("0m").push("a", router)
    script.at("1m").push("b", router)
    script.want("0m", "a", night)
    script.want("1m", "b", morning)
