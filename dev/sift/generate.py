"""Random conditions and documents: few keys and few values, so that matches, near misses and arrays are common."""

from __future__ import annotations

import random
from typing import Any

KEYS = ["a", "b", "c", "0", "1", "length"]
VALUES: list[Any] = [
    None, True, False, 0, 1, 2, 5, -3, 1.5, "", "a", "b", "ab", "5", "true", "Ab", "é", "😀", "0x10", " 2 ",
    [], {}, [1], [1, 2], ["a"], {"a": 1}, {"b": None}, [[1]], [None],
]  # fmt: skip
SCALARS = [value for value in VALUES if not isinstance(value, (list, dict))]
PATTERNS = ["a", "^a", "b$", "^$", "a|b", "[a-c]+", "A", r"\d", ".", r"\s", r"\w+$", "(a", "(?:a|b)b", "é", "5|é"]
TYPES = ["number", "string", "bool", "array", "null", "timestamp"] * 5 + ["object", 2]
LISTS = ["$and", "$or", "$nor"]
SIMPLE = ["$eq", "$ne", "$in", "$nin", "$exists", "$gt", "$gte", "$lt", "$lte", "$mod", "$size", "$type", "$regex"]


class Generator:
    """Everything follows from the seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pair(self) -> tuple[Any, dict[str, Any]]:
        return self.condition(3), self.mapping(4)

    def condition(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            roll = self.random.random()
            if depth and roll < 0.25:
                entries = [self.condition(depth - 1) for _ in range(self.random.choice([1, 2, 2, 3]))]
                found[self.random.choice(LISTS)] = entries if self.random.random() < 0.97 else []
            elif depth and roll < 0.3:
                found["$not"] = self.condition(depth - 1)
            else:
                found[self.path()] = self.operand(depth)
        return found

    def path(self) -> str:
        return ".".join(self.random.choice(KEYS[:3] * 3 + KEYS) for _ in range(self.random.choice([1, 1, 2, 2, 3])))

    def operand(self, depth: int) -> Any:
        if self.random.random() < 0.25:
            return self.random.choice(VALUES)
        found: dict[str, Any] = {}
        for _ in range(self.random.choice([1, 1, 1, 2, 2, 3])):
            found.update(self.operator(depth))
        if self.random.random() < 0.02:
            found[self.random.choice(["a", "$foo", "$where", "$and"])] = [{"a": 1}]
        return found

    def operator(self, depth: int) -> dict[str, Any]:
        roll = self.random.random()
        if depth and roll < 0.12:
            inner = self.operand(depth - 1) if roll < 0.08 else self.condition(depth - 1)
            return {"$not": inner}
        if depth and roll < 0.22:
            return {"$elemMatch": self.condition(depth - 1) if roll < 0.18 else self.tests(depth - 1)}
        if depth and roll < 0.30:
            count = self.random.choice([0, 1, 1, 2])
            return {"$all": [self.random.choice([*VALUES, self.tests(depth - 1)]) for _ in range(count)]}
        return self.simple(self.random.choice(SIMPLE))

    def tests(self, depth: int) -> dict[str, Any]:
        return dict(pair for _ in range(2) for pair in self.operator(depth).items())

    def simple(self, name: str) -> dict[str, Any]:
        choose = self.random.choice
        if name in ("$in", "$nin"):
            return {name: choose([[], choose(VALUES), [choose(VALUES)], [choose(VALUES), choose(VALUES)]])}
        if name == "$exists":
            return {name: choose([True, False])}
        if name in ("$gt", "$gte", "$lt", "$lte"):
            return {name: choose(SCALARS)}
        if name == "$mod":
            return {name: [choose([2, 3, 1.5, 0]), choose([0, 1, -1, 0.5])]}
        if name == "$size":
            return {name: choose([0, 1, 2, 3])}
        if name == "$type":
            return {name: choose(TYPES)}
        if name == "$regex":
            flags = {"$options": choose(["", "i", "m", "s", "g", "u", "iu", "x"])} if self.random.random() < 0.4 else {}
            return {name: choose(PATTERNS), **flags}
        return {name: choose(VALUES)}

    def mapping(self, depth: int) -> dict[str, Any]:
        return {key: self.value(depth - 1) for key in self.random.sample(KEYS, self.random.choice([1, 2, 3, 4]))}

    def value(self, depth: int) -> Any:
        roll = self.random.random()
        if depth <= 0 or roll < 0.45:
            return self.random.choice(VALUES)
        if roll < 0.7:
            return self.mapping(depth)
        return [self.value(depth - 1) for _ in range(self.random.choice([0, 1, 2, 2, 3]))]
