"""The comparer of recorded answers, on made-up recordings; and the lists of departures, for form.

With SIGNALBOX_VECTORS naming a folder of recordings, those are compared as well, one test per slug.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Action, Adapter, AlertDraft, Option
from chalicelib.adapters.kit.request import Request
from chalicelib.adapters.kit.values import Json, datum
from tests.adapters import reference

RECORDINGS = os.environ.get("SIGNALBOX_VECTORS", "")
RECORDED = reference.run(Path(RECORDINGS)) if RECORDINGS else {}
DEPARTED = sorted(path.stem for path in reference.DEPARTURES.glob("*.json"))


class Doorbell(Adapter):
    name = "Doorbell"
    vendor = "https://example.com"
    OPTIONS = (Option("key", str, "What every request must bring.", secret=True),)

    def blocked(self, request: Request) -> bool:
        return request.get("key") != self.options["key"]

    def action(self, request: Request) -> Action:
        return Action.CREATE if request.get("rings") else Action.OTHER

    def thirdparty_id(self, request: Request) -> Json:
        return request.get("id")

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft(title=request.get("who"), additional_data=[datum("text", "Door", request.get("door"))])


def recorded(name: str = "rings", kind: str = "incoming", **expected: Any) -> dict[str, Any]:
    """A recording that the doorbell agrees with, but for what is given."""
    alert = {"title": "Ann", "additional_data": [{"format": "text", "label": "Door", "value": None}]}
    alert |= {"additional_data_valid": [False]} | expected.pop("alert", {})
    blank = {key: value for key, value in vars(AlertDraft(title=None)).items() if key not in alert}
    expect = {"blocked": False, "action": "create", "thirdparty_id": 7, "alert": alert | blank} | expected
    params = {"rings": True, "id": 7, "who": "Ann", "key": "k"}
    return {"case": name, "kind": kind, "options": {"key": "k"}, "request": {"params": params}, "expect": expect}


def departure(*cases: str, fields: tuple[str, ...]) -> reference.Departure:
    return {"what": "Doors are louder here.", "cases": list(cases), "fields": list(fields)}


def test_equal_answers_agree() -> None:
    tally = reference.compare(Doorbell, [recorded(), recorded("leaves", kind="outgoing")], [])
    assert tally == reference.Tally(cases=1, agree=1)


@pytest.mark.parametrize(
    ("expected", "name"),
    [
        ({"blocked": True}, "blocked"),
        ({"action": "resolve"}, "action"),
        ({"thirdparty_id": 8}, "thirdparty_id"),
        ({"thirdparty_id": "<random>"}, "thirdparty_id"),
        ({"alert": {"title": "Bob"}}, "alert.title"),
        ({"alert": {"tags": ["loud"]}}, "alert.tags"),
        ({"alert": {"additional_data_valid": [True]}}, "alert.additional_data"),
    ],
)
def test_a_difference_that_is_not_listed_is_a_fault(expected: dict[str, Any], name: str) -> None:
    tally = reference.compare(Doorbell, [recorded(**expected)], [])
    assert (tally.agree, tally.departed, tally.disagree) == (0, 0, 1)
    assert [fault.split(": ")[:2] for fault in tally.faults] == [["rings", name]]


def test_a_listed_difference_is_a_departure() -> None:
    tally = reference.compare(Doorbell, [recorded(thirdparty_id=8)], [departure("rin", fields=("thirdparty_id",))])
    assert tally == reference.Tally(cases=1, departed=1)


def test_a_listed_departure_excuses_no_other_field_and_no_other_case() -> None:
    cases = [recorded(thirdparty_id=8, action="resolve"), recorded("knocks", thirdparty_id=8)]
    tally = reference.compare(Doorbell, cases, [departure("rings", fields=("thirdparty_id",))])
    assert tally.disagree == 2
    assert [fault.split(": ")[:2] for fault in tally.faults] == [["rings", "action"], ["knocks", "thirdparty_id"]]


def test_a_listed_departure_that_does_not_occur_is_a_fault() -> None:
    tally = reference.compare(Doorbell, [recorded()], [departure("rings", "knocks", fields=("action",))])
    assert (tally.agree, tally.disagree, len(tally.faults)) == (1, 0, 2)


def test_a_generated_id_matches_a_request_without_an_id_of_its_own() -> None:
    case = recorded(thirdparty_id="<random>")
    del case["request"]["params"]["id"]
    assert reference.compare(Doorbell, [case], []) == reference.Tally(cases=1, agree=1)


def test_a_recording_of_an_unknown_type_is_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "doorbell.json").write_text(json.dumps([recorded()]))
    assert reference.main([str(tmp_path)]) == 1
    assert "doorbell: there is no such adapter" in capsys.readouterr().out


def test_a_folder_without_recordings_is_no_success(tmp_path: Path) -> None:
    assert reference.main([str(tmp_path)]) == 1
    assert reference.main([]) == 2


@pytest.mark.parametrize("slug", DEPARTED)
def test_departures_name_a_type_and_say_what_differs_where(slug: str) -> None:
    assert slug in adapters.slugs()
    departures = reference.load_departures(slug)
    assert departures
    for entry in departures:
        assert set(entry) == {"what", "cases", "fields"}
        assert entry["what"].endswith(".")
        assert set(entry["fields"]) <= {*reference.FIELDS, *reference.UNRECORDED}


if RECORDINGS:

    @pytest.mark.parametrize("slug", RECORDED)
    def test_the_recordings_agree_but_for_the_listed_departures(slug: str) -> None:
        assert RECORDED[slug].faults == []
