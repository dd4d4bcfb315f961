"""Conditions: every rule of the language, what is refused at save, and the first failure named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.matching.matcher import ConditionError, compile_condition

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def matches(condition: dict[str, Any], document: dict[str, Any]) -> bool:
    compiled = compile_condition(condition)
    matched = compiled.matches(document, NOW)
    assert matched is (compiled.explain(document, NOW) is None)
    return matched


PEOPLE = {"people": [{"name": "ada", "age": 36, "langs": ["en", "fr"]}, {"name": "bob", "age": 20}]}

TABLE: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    ("always", {"always": True}, {"always": True}, True),
    ("the empty condition", {}, {"a": 1}, True),
    ("a dotted path", {"alert.title": "x"}, {"alert": {"title": "x"}}, True),
    ("a deep path", {"log.data.a.b": 5}, {"log": {"data": {"a": {"b": 5}}}}, True),
    ("an index", {"tags.0": "a"}, {"tags": ["a", "b"]}, True),
    ("an index out of range", {"tags.2": None}, {"tags": ["a", "b"]}, False),
    ("an index is written plainly", {"tags.01": "b"}, {"tags": ["a", "b"]}, False),
    ("the length of a list", {"tags.length": 2}, {"tags": ["a", "b"]}, True),
    ("the length of a text", {"title.length": 3}, {"title": "a😀"}, True),
    ("a path fans out", {"people.name": "bob"}, PEOPLE, True),
    ("a path fans out twice", {"people.langs": "fr"}, PEOPLE, True),
    ("fan-out into lists of lists", {"a.b": 1}, {"a": [[{"b": 1}]]}, True),
    ("several keys are all needed", {"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
    ("5 is not '5'", {"a": 5}, {"a": "5"}, False),
    ("0 is not false", {"a": 0}, {"a": False}, False),
    ("1 is not true", {"a": {"$eq": True}}, {"a": 1}, False),
    ("'true' is not true", {"a": "true"}, {"a": True}, False),
    ("1 is 1.0", {"a": 1}, {"a": 1.0}, True),
    ("case counts", {"a": "x"}, {"a": "X"}, False),
    ("an object is compared whole", {"alert": {"urgency": "high"}}, {"alert": {"urgency": "high", "x": 1}}, False),
    ("the order of keys does not count", {"a": {"x": 1, "y": 2}}, {"a": {"y": 2, "x": 1}}, True),
    ("operators deep inside an object are plain keys", {"a": {"b": {"$gt": 1}}}, {"a": {"b": 2}}, False),
    ("a list has the value", {"tags": "b"}, {"tags": ["a", "b"]}, True),
    ("a list of lists has the value", {"tags": "b"}, {"tags": [["a"], ["b"]]}, True),
    ("a list literal compares in order", {"tags": ["a", "b"]}, {"tags": ["a", "b"]}, True),
    ("a list literal in another order", {"tags": ["b", "a"]}, {"tags": ["a", "b"]}, False),
    ("a list literal within a list", {"tags": ["a"]}, {"tags": [["a"]]}, True),
    ("null is missing", {"a": None}, {}, True),
    ("null of an empty list", {"a": None}, {"a": []}, False),
    ("null under a scalar", {"a.b": None}, {"a": 5}, True),
    ("$eq", {"a": {"$eq": "x"}}, {"a": "x"}, True),
    ("$ne", {"a": {"$ne": "x"}}, {"a": "y"}, True),
    ("$ne of missing", {"a": {"$ne": "x"}}, {}, True),
    ("$ne needs that no element is equal", {"a": {"$ne": "x"}}, {"a": ["y", "x"]}, False),
    ("$ne over fan-out", {"people.name": {"$ne": "bob"}}, PEOPLE, False),
    ("$in", {"a": {"$in": ["x", "y"]}}, {"a": "y"}, True),
    ("$in of types", {"a": {"$in": [1, "x", None, True, [2]]}}, {"a": False}, False),
    ("$in is strict", {"a": {"$in": [1]}}, {"a": True}, False),
    ("$in with a list", {"a": {"$in": [1, [2]]}}, {"a": [2]}, True),
    ("$in of an array", {"tags": {"$in": ["z", "b"]}}, {"tags": ["a", "b"]}, True),
    ("$in null of missing", {"a": {"$in": [None]}}, {}, True),
    ("$in of a scalar", {"a": {"$in": "x"}}, {"a": "x"}, True),
    ("empty $in", {"a": {"$in": []}}, {"a": 1}, False),
    ("$nin", {"a": {"$nin": ["x"]}}, {"a": "y"}, True),
    ("$nin of missing", {"a": {"$nin": ["x"]}}, {}, True),
    ("$nin null of missing", {"a": {"$nin": [None]}}, {}, False),
    ("$nin needs that no element is in", {"a": {"$nin": ["x"]}}, {"a": ["y", "x"]}, False),
    ("empty $nin", {"a": {"$nin": []}}, {}, True),
    ("$gt", {"a": {"$gt": 1}}, {"a": 2}, True),
    ("$gt is strict", {"a": {"$gt": 1}}, {"a": 1}, False),
    ("$gt of text and number", {"a": {"$gt": 1}}, {"a": "2"}, False),
    ("$gt of true", {"a": {"$gt": 0}}, {"a": True}, False),
    ("$gt of missing", {"a": {"$gt": 1}}, {}, False),
    ("$gte of text", {"a": {"$gte": "b"}}, {"a": "b"}, True),
    ("$lt of text", {"a": {"$lt": "b"}}, {"a": "a9"}, True),
    ("$lt in UTF-16 order", {"a": {"$lt": "\uff5e"}}, {"a": "😀"}, True),
    ("$gte null of missing", {"a": {"$gte": None}}, {}, True),
    ("$lte null of null", {"a": {"$lte": None}}, {"a": None}, True),
    ("$gt null of null", {"a": {"$gt": None}}, {"a": None}, False),
    ("two bounds", {"a": {"$gt": 1, "$lt": 5}}, {"a": 3}, True),
    ("two bounds on an array, met by different elements", {"a": {"$gt": 1, "$lt": 3}}, {"a": [0, 5]}, True),
    ("$exists of null", {"a": {"$exists": True}}, {"a": None}, True),
    ("$exists of missing", {"a": {"$exists": True}}, {}, False),
    ("$exists false of missing", {"a.b": {"$exists": False}}, {"a": {}}, True),
    ("$exists false under null", {"a.b": {"$exists": False}}, {"a": None}, True),
    ("$exists of an empty list", {"a": {"$exists": True}}, {"a": []}, True),
    ("$exists of an index", {"a.1": {"$exists": True}}, {"a": [1]}, False),
    ("$exists under fan-out", {"people.langs": {"$exists": True}}, PEOPLE, True),
    ("$all", {"tags": {"$all": ["a", "b"]}}, {"tags": ["b", "c", "a"]}, True),
    ("$all of missing ones", {"tags": {"$all": ["a", "z"]}}, {"tags": ["b", "a"]}, False),
    ("$all of a scalar", {"tags": {"$all": ["a"]}}, {"tags": "a"}, True),
    ("empty $all", {"tags": {"$all": []}}, {}, True),
    ("$all with operators", {"a": {"$all": [{"$gt": 1}, {"$lt": 9}]}}, {"a": 5}, True),
    ("$size", {"tags": {"$size": 2}}, {"tags": ["a", "b"]}, True),
    ("$size of text", {"tags": {"$size": 2}}, {"tags": "ab"}, False),
    ("$elemMatch", {"people": {"$elemMatch": {"name": "bob", "age": {"$lt": 30}}}}, PEOPLE, True),
    ("$elemMatch needs one element", {"people": {"$elemMatch": {"name": "ada", "age": {"$lt": 30}}}}, PEOPLE, False),
    ("without $elemMatch different ones do", {"people.name": "ada", "people.age": {"$lt": 30}}, PEOPLE, True),
    ("$elemMatch of scalars", {"a": {"$elemMatch": {"$gt": 1, "$lt": 3}}}, {"a": [0, 2]}, True),
    ("$elemMatch of no list", {"a": {"$elemMatch": {"$gt": 1}}}, {"a": 2}, False),
    ("$elemMatch with $or", {"people": {"$elemMatch": {"$or": [{"age": 1}, {"name": "bob"}]}}}, PEOPLE, True),
    ("$mod", {"a": {"$mod": [4, 1]}}, {"a": 9}, True),
    ("$mod of missing", {"a": {"$mod": [4, 0]}}, {}, False),
    ("$mod by zero", {"a": {"$mod": [0, 0]}}, {"a": 4}, False),
    ("$mod of a negative number", {"a": {"$mod": [2, -1]}}, {"a": -3}, True),
    ("$mod of numeric text", {"a": {"$mod": [2, 0]}}, {"a": "0x10"}, True),
    ("$mod of fractions", {"a": {"$mod": [1.5, 0.5]}}, {"a": 2}, True),
    ("$type number", {"a": {"$type": "number"}}, {"a": 1.5}, True),
    ("$type number of true", {"a": {"$type": "number"}}, {"a": True}, False),
    ("$type string", {"a": {"$type": "string"}}, {"a": ["x"]}, True),
    ("$type bool", {"a": {"$type": "bool"}}, {"a": False}, True),
    ("$type array", {"a": {"$type": "array"}}, {"a": []}, True),
    ("$type null", {"a": {"$type": "null"}}, {"a": None}, True),
    ("$type null of missing", {"a": {"$type": "null"}}, {}, False),
    ("$type timestamp", {"a": {"$type": "timestamp"}}, {"a": "2026-01-01"}, False),
    ("$regex", {"a": {"$regex": "sta+ging"}}, {"a": "on staaging"}, True),
    ("$regex and case", {"a": {"$regex": "staging"}}, {"a": "Staging"}, False),
    ("$regex with $options", {"a": {"$options": "i", "$regex": "staging"}}, {"a": "STAGING db"}, True),
    ("$regex in a list", {"a": {"$regex": "^b$"}}, {"a": ["a", "b"]}, True),
    ("$regex of a number", {"a": {"$regex": "5"}}, {"a": 5}, False),
    ("$options alone", {"a": {"$options": "i"}}, {}, True),
    ("$and", {"$and": [{"a": 1}, {"b": 2}]}, {"a": 1, "b": 2}, True),
    ("$and of one", {"$and": [{"a": 1}, {"b": 2}]}, {"a": 1}, False),
    ("$or", {"$or": [{"a": 1}, {"b": 2}]}, {"b": 2}, True),
    ("$nor", {"$nor": [{"a": 1}, {"b": 2}]}, {"b": 2}, False),
    ("$nor of none", {"$nor": [{"a": 1}, {"b": 2}]}, {}, True),
    ("nested lists", {"$or": [{"$and": [{"a": 1}, {"$nor": [{"b": 1}]}]}]}, {"a": 1}, True),
    ("$not of a field", {"a": {"$not": {"$regex": "x"}}}, {"a": "y"}, True),
    ("$not of missing", {"a": {"$not": {"$eq": 1}}}, {}, True),
    ("$not of an array", {"a": {"$not": {"$eq": 1}}}, {"a": [2, 1]}, False),
    ("$not of a value", {"a": {"$not": "x"}}, {"a": "x"}, False),
    ("$not of the document", {"$not": {"a": 1}}, {"a": 1}, False),
    ("$not of the document, met", {"$not": {"a": 1, "b": 1}}, {"a": 1}, True),
]


@pytest.mark.parametrize(("name", "condition", "document", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_the_language(name: str, condition: dict[str, Any], document: dict[str, Any], expected: bool) -> None:
    assert matches(condition, document) is expected


@pytest.mark.parametrize(
    ("condition", "path", "message"),
    [
        ([], "match", "must be a mapping"),
        ("x", "match", "must be a mapping"),
        ({"$foo": 1}, "match.$foo", "unknown operator $foo"),
        ({"a": {"$where": "1"}}, "match.a.$where", "unknown operator $where"),
        ({"a.b": {"$gt": 1, "c": 2}}, "match.a.b.c", "cannot be mixed"),
        ({"a": {"$and": [{"b": 1}]}}, "match.a.$and", "must not stand under a field"),
        ({"a": {"$or": []}}, "match.a.$or", "must not stand under a field"),
        ({"$and": []}, "match.$and", "at least one"),
        ({"$or": {}}, "match.$or", "at least one"),
        ({"$nor": [5]}, "match.$nor[0]", "must be a mapping"),
        ({"$and": [{}, {"a": {"$regex": "("}}]}, "match.$and[1].a.$regex", "not closed"),
        ({"a": {"$regex": "(?=x)"}}, "match.a.$regex", "lookahead"),
        ({"a": {"$regex": 5}}, "match.a.$regex", "as text"),
        ({"a": {"$regex": "x", "$options": "q"}}, "match.a.$regex", "unknown flag 'q'"),
        ({"a": {"$options": 5}}, "match.a.$options", "must be text"),
        ({"a": {"$in": [{"$gt": 1}]}}, "match.a.$in", "plain values"),
        ({"a": {"$nin": {"$gt": 1}}}, "match.a.$nin", "plain values"),
        ({"a": {"$all": "x"}}, "match.a.$all", "must be a list"),
        ({"a": {"$all": [{"$foo": 1}]}}, "match.a.$all[0].$foo", "unknown operator"),
        ({"a": {"$size": "2"}}, "match.a.$size", "must be a number"),
        ({"a": {"$size": True}}, "match.a.$size", "must be a number"),
        ({"a": {"$mod": 2}}, "match.a.$mod", "two numbers"),
        ({"a": {"$mod": [2]}}, "match.a.$mod", "two numbers"),
        ({"a": {"$exists": 1}}, "match.a.$exists", "true or false"),
        ({"$exists": True}, "match.$exists", "under a field"),
        ({"a": {"$type": "object"}}, "match.a.$type", "must be one of number"),
        ({"a": {"$type": 2}}, "match.a.$type", "must be one of number"),
        ({"a": {"$gt": [1]}}, "match.a.$gt", "must be a number, text"),
        ({"a": {"$elemMatch": 5}}, "match.a.$elemMatch", "must be a mapping"),
        ({"a": {"$elemMatch": {"b": {"$foo": 1}}}}, "match.a.$elemMatch.b.$foo", "unknown operator"),
        ({"a": {"$not": {"$foo": 1}}}, "match.a.$not.$foo", "unknown operator"),
        ({"a": {"$day": {"$eq": 1}}}, "match.a.$day", "must not stand under a field"),
        ({"$day": 1}, "match.$day", "must be a mapping with timezone"),
        ({"$day": {"timezone": "Etc/UTC"}}, "match.$day", "must have an operator"),
        ({"$day": {"timezone": "Mars/Base", "$eq": 1}}, "match.$day.timezone", "unknown time zone"),
        ({"$day": {"timezone": "../../etc/passwd", "$eq": 1}}, "match.$day.timezone", "unknown time zone"),
        ({"$day": {"zone": "Etc/UTC", "$eq": 1}}, "match.$day.zone", "unknown; $day takes timezone"),
        ({"$day": {"$foo": 1}}, "match.$day.$foo", "unknown operator"),
        ({"$now": {"format": "gg", "$eq": "x"}}, "match.$now.format", "token gg"),
        ({"$now": {"format": 5, "$eq": "x"}}, "match.$now.format", "as text"),
        ({"$timeBetween": {"starttime": "08:00 am"}}, "match.$timeBetween.endtime", "must be given"),
        ({"$timeBetween": {"starttime": "x", "endtime": "05:00 pm"}}, "match.$timeBetween.starttime", "does not fit"),
        ({"$timeBetween": {"starttime": 8, "endtime": "05:00 pm"}}, "match.$timeBetween.starttime", "does not fit"),
        ({"$timeBetween": {"timeformat": "YYYY"}}, "match.$timeBetween.timeformat", "time of day"),
        ({"$timeBetween": {"timeformat": "YYYY HH"}}, "match.$timeBetween.timeformat", "may not hold YYYY"),
        ({"a": datetime(2026, 1, 1)}, "match", "plain JSON"),
        ({"a": {1: 2}}, "match", "keys must be text"),
        ({"a." * 60: 1}, f"match.{'a.' * 60}", "more than 50 parts"),
    ],
)
def test_a_fault_is_refused_at_save_and_named_by_its_path(condition: Any, path: str, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(condition)
    assert any(at == path and message in said for at, said in caught.value.problems), caught.value.problems


def test_all_faults_are_told_at_once_with_the_steps_to_each() -> None:
    condition = {"a.b": {"$foo": 1}, "$and": [{"x": 1}, {"y": {"$size": "1"}}], "$or": []}
    with pytest.raises(ConditionError) as caught:
        compile_condition(condition, "rules[0].match")
    assert [path for path, _ in caught.value.problems] == [
        "rules[0].match.a.b.$foo",
        "rules[0].match.$and[1].y.$size",
        "rules[0].match.$or",
    ]
    assert caught.value.steps == [("a.b", "$foo"), ("$and", 1, "y", "$size"), ("$or",)]


def test_depth_and_size_are_bounded() -> None:
    deep: Any = 1
    for _ in range(40):
        deep = {"$not": {"a": deep}}
    for condition, message in (deep, "nested more than 32"), ({"a": {"$in": [1] * 3000}}, "more than 2000"):
        with pytest.raises(ConditionError, match=message):
            compile_condition(condition)


@pytest.mark.parametrize(
    ("condition", "failure"),
    [
        ({"alert.urgency": {"$in": ["high", "critical"]}}, ("match.alert.urgency", "$in", ["high", "critical"], "low")),
        ({"alert.title": "x"}, ("match.alert.title", "$eq", "x", None)),
        ({"n": {"$gt": 1, "$lt": 4}}, ("match.n", "$lt", 4, 5)),
        ({"always": True, "$and": [{"n": 5}, {"n": 6}]}, ("match.$and[1].n", "$eq", 6, 5)),
        ({"alert.tags": "z"}, ("match.alert.tags", "$eq", "z", ["a", "b"])),
        ({"people.age": {"$gt": 90}}, ("match.people.age", "$gt", 90, [1, 2])),
        ({"alert.urgency": {"$not": {"$eq": "low"}}}, ("match.alert.urgency", "$not", "{'$eq': 'low'}", "low")),
        ({"$day": {"$in": [1, 2]}}, ("match.$day", "$in", [1, 2], 4)),
        ({"$now": {"$eq": "x"}}, ("match.$now", "$eq", "x", "2026-01-01")),
    ],
)
def test_the_first_failure_is_explained(condition: dict[str, Any], failure: tuple[Any, ...]) -> None:
    document = {
        "always": True,
        "n": 5,
        "alert": {"urgency": "low", "tags": ["a", "b"]},
        "people": [{"age": 1}, {"age": 2}],
    }
    found = compile_condition(condition).explain(document, NOW)
    assert found is not None
    assert (found["path"], found["operator"], found["expected"], found["actual"]) == failure


def test_alternatives_that_all_fail_are_named_as_one() -> None:
    found = compile_condition({"$or": [{"a": 1}, {"a": 2}]}).explain({"a": 3}, NOW)
    assert found is not None
    assert (found["path"], found["operator"], found["actual"]) == ("match.$or", "$or", None)


def test_long_values_are_cut_in_explanations() -> None:
    for value in "x" * 10_000, ["y" * 1000] * 1000, {"k": {"z": "w" * 5000}}:
        found = compile_condition({"a": 1}).explain({"a": value}, NOW)
        assert found is not None
        assert len(found["actual"]) <= 203
