"""The vendor's word for severity becomes an urgency: by the integration's map, the type's table, or everyone's."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.adapters.kit import Action, Adapter, AlertDraft, Request, adapt, urgency_in, urgency_of, worst
from chalicelib.adapters.kit.options import declared, read_options
from chalicelib.adapters.kit.urgency import WORDS, urgency_map_fault
from chalicelib.errors import Invalid
from chalicelib.words import URGENCIES


class Siren(Adapter):
    name = "Siren"
    URGENCIES = {1: "critical", "Loud": "high", "warning": "low"}

    def action(self, request: Request) -> Action:
        return Action.CREATE

    def alert(self, request: Request) -> AlertDraft:
        return AlertDraft("Siren", urgency=request.get("severity"))


def heard(severity: Any, urgency_map: str | None = None) -> tuple[str | None, str | None]:
    import json

    adapter = Siren(read_options(Siren, {"urgency_map": urgency_map}, {}))
    outcome = adapt(adapter, Request(body=json.dumps({"severity": severity}).encode()))
    assert outcome.alert
    return outcome.alert.urgency, outcome.note


@pytest.mark.parametrize(
    ("word", "urgency"),
    [
        *(("CRITICAL", "critical"), ("page", "critical"), ("Emergency", "critical"), ("disaster", "critical")),
        *(("SEV-1", "critical"), ("sev 1", "critical"), ("P1", "critical"), ("error", "high"), ("major", "high")),
        *((" Warning ", "medium"), ("warn", "medium"), ("average", "medium"), ("minor", "medium"), ("P3", "medium")),
        *(("info", "low"), ("Informational", "low"), ("notice", "low"), ("p5", "low"), ("none", "silent")),
        *(("5", None), ("", None), ("whatever", None)),
    ],
)
def test_the_table_of_all_types_takes_words_in_any_case_and_with_any_separator(word: str, urgency: str | None) -> None:
    assert urgency_of(word, {}, None) == urgency


def test_each_word_means_one_urgency_and_every_urgency_means_itself() -> None:
    words = [word for words in WORDS.values() for word in words]
    assert len(set(words)) == len(words)
    assert {urgency: urgency_of(urgency, {}, None) for urgency in URGENCIES} == {name: name for name in URGENCIES}


def test_the_types_own_table_goes_before_the_table_of_all_types() -> None:
    assert [heard(word)[0] for word in (1, "1", "LOUD", "warning", "error")] == [
        *("critical", "critical", "high", "low", "high"),
    ]


def test_the_integrations_map_goes_before_both() -> None:
    lines = "# ours\n\nPage me: critical\nwarning: HIGH\n'1': silent\na:b: low\n"
    assert [heard(word, lines)[0] for word in ("page-me", "Warning", 1, "a:b", "Loud")] == [
        *("critical", "high", "silent", "low", "high"),
    ]


def test_a_word_that_nobody_knows_leaves_the_integrations_urgency_and_a_note() -> None:
    assert heard("purple") == (None, "no urgency is known for 'purple': urgency_map can give it one")
    assert heard(None) == heard("") == (None, None)
    assert heard(["critical"])[0] is None


@pytest.mark.parametrize(
    "lines", ["page", "page: now", ": critical", "page critical", "a: low\nb: urgent", "x" * 200 + ": low"]
)
def test_a_faulty_map_is_refused_when_it_is_saved(lines: str) -> None:
    with pytest.raises(Invalid, match=r"option_urgency_map line . must be a word, a colon and one of silent, low"):
        read_options(Siren, {"urgency_map": lines}, {})


def test_a_map_has_a_bound() -> None:
    assert urgency_map_fault("a: low\n" * 101) == "has more than 100 lines"
    assert urgency_map_fault("a: low\n" * 100) is None


def test_every_type_has_the_option() -> None:
    assert "urgency_map" in [option.name for option in declared(Siren)]


def test_the_worst_of_some_urgencies_is_the_most_urgent() -> None:
    assert worst("low", None, "critical", "medium") == "critical"
    assert worst("nonsense", None) is None


@pytest.mark.parametrize(
    ("message", "urgency"),
    [
        ("outage the shop is down, urgency HIGH", "high"),
        ("low, please: critical it is not", "low"),
        ("critical!", "critical"),
        *(
            (said, None)
            for said in ("the shop is slow, see below", "highway", "the phones are silent", "", None, 7, [])
        ),
    ],
)
def test_an_urgency_in_a_message_is_a_word_of_its_own(message: Any, urgency: str | None) -> None:
    assert urgency_in(message) == urgency
