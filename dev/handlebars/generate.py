"""Makes templates and data for the comparison: well-formed ones, and ones with a few characters changed.

Left out are faults of Handlebars that we do not share: inside a null item, a block's `this` is an empty map; numbers
and booleans that stand side by side unescaped are added up (hence the dot after each); a block parameter named `index`
hides `@index`; and ``../`` skips a context that is loosely equal to its parent (0, "" and false are).
"""

from __future__ import annotations

import random
from typing import Any

_SPACES = ("", "", "", " ", "\n", "\n  ", "  \n", " \t", "\r\n", "\n\n", " \n ")
_WORDS = ("a", "b < c", "don't", '"q"', "x=y", "`t`", "&amp;", " }", "{", "é", "\\", " }}", "text\n")
_NAMES = ("name", "list", "map", "flag", "zero", "nothing", "empty", "blank", "number", "deep", "missing")
_MUTATIONS = ("{", "}", "~", "#", "/", "^", " ", "\n", '"', "(", ")", "[", "]", ".", "=", "|", "@", "\\", "else", "!")
DATA: dict[str, Any] = {
    "name": "O'Hara & <Co> = `x`",
    "list": ["x", {"name": "inner", "list": [1, [2, 3]], "map": {"k": "v"}}, 7, 2.5],
    "map": {"k": "v", "name": "mapped", "odd key": "spaced", "list": ["p", "q"], "zero": 0},
    "flag": True,
    "zero": 0,
    "empty": [],
    "number": 1.50,
    "tiny": 1e-7,
    "huge": 1e21,
    "deep": {"off": False, "blank": "", "a": {"b": {"c": [{"d": "end"}]}}},
    "objects": [{"name": "one", "tags": ["t1", "t2"]}, {"name": "two", "tags": ["t3", "t4"]}],
}


class Generator:
    """Seeded: the same random source makes the same cases."""

    def __init__(self, source: random.Random) -> None:
        self.random = source

    def case(self) -> dict[str, Any]:
        template = self.body(0)
        if self.random.random() < 0.25:
            template = self.mutated(template)
        return {"template": template, "data": DATA}

    def mutated(self, template: str) -> str:
        for _ in range(self.random.randint(1, 3)):
            at = self.random.randint(0, len(template))
            cut = self.random.choice((0, 0, 1, 2))
            template = template[:at] + self.random.choice(_MUTATIONS) + template[at + cut :]
        return template

    def body(self, depth: int) -> str:
        parts = []
        for _ in range(self.random.randint(1, 4)):
            parts.append(self.random.choice(_SPACES))
            parts.append(self.part(depth))
        return "".join(parts) + self.random.choice(_SPACES)

    def part(self, depth: int) -> str:
        kind = self.random.choices(
            ("text", "output", "comment", "block", "escaped"), (4, 5, 1, 4 if depth < 4 else 0, 0.3)
        )
        makers = {"text": self.text, "output": self.output, "comment": self.comment, "escaped": self.escaped}
        return self.block(depth) if kind == ["block"] else makers[kind[0]]()

    def text(self) -> str:
        return self.random.choice(_WORDS)

    def escaped(self) -> str:
        return self.random.choice(("\\", "\\\\")) + self.output()

    def comment(self) -> str:
        begin, end = self.random.choice((("!", ""), ("!--", "--"), ("!-- }}", "--")))
        return "{{" + self.tilde() + begin + self.random.choice((" note ", "", "\nnote")) + end + self.tilde() + "}}"

    def tilde(self) -> str:
        return self.random.choices(("", "~"), (6, 1))[0]

    def output(self) -> str:
        left, right = self.random.choice((("{{", "}}"), ("{{", "}}"), ("{{{", "}}}"), ("{{&", "}}")))
        inside = self.path() if self.random.random() < 0.85 else f"lookup {self.path()} {self.argument()}"
        if left == "{{{":
            return "{{" + self.tilde() + "{" + inside + "}" + self.tilde() + "}}."
        return left[:2] + self.tilde() + left[2:] + inside + self.tilde() + right + ("." if left == "{{&" else "")

    def path(self) -> str:
        choice = self.random.random
        if choice() < 0.1:
            return self.random.choice(
                ("@index", "@key", "@first", "@last", "@root.name", "@../index", "@root.list.[0]")
            )
        if choice() < 0.12:
            return self.random.choice(("this", ".", "./name", "this.name", "..", "../name", "../../name", "../list"))
        if choice() < 0.12:
            return self.random.choice(
                (
                    "deep.a.b.c.[0].d",
                    "deep.a.b.c.0.d",
                    "map.[odd key]",
                    "list.length",
                    "name.length",
                    "list.[1].map.k",
                    "deep/a/b",
                    "map.constructor",
                    "name.constructor",
                    "list.[9].x",
                    "__proto__",
                    "tiny",
                    "huge",
                    "deep.off",
                    '"name"',
                    "'odd key'",
                    "objects.[0].tags",
                    "item",
                    "position",
                    "list.[1].list",
                    "name.[1]",
                    "true",
                    "12",
                )
            )
        return self.random.choice(_NAMES)

    def argument(self) -> str:
        if self.random.random() < 0.2:
            return self.random.choice(
                ('"k"', "'name'", "0", "1", "true", "false", "null", "undefined", "-1", "1.5", '"a\\"b"')
            )
        if self.random.random() < 0.1:
            return f"(lookup {self.path()} {self.argument()})"
        return self.path()

    def block(self, depth: int) -> str:
        name = self.random.choice(("if", "unless", "each", "with", "if", "each", "path", "inverse"))
        head = self.path() if name in ("path", "inverse") else f"{name} {self.argument()}"
        sign = "^" if name == "inverse" else "#"
        close = head.split(" ")[0]
        if name == "if" and self.random.random() < 0.15:
            head += f" includeZero={self.random.choice(('true', 'false', 'zero', '1'))}"
        if name in ("each", "with") and self.random.random() < 0.25:
            head += " as |item position|" if name == "each" else " as |item|"
        inside = self.body(depth + 1) + self.inverse(depth, sign)
        return self.tag(sign + head) + inside + self.tag("/" + close)

    def inverse(self, depth: int, sign: str) -> str:
        made = ""
        while sign == "#" and self.random.random() < 0.2:
            chained = self.random.choice(("if", "unless", "each", "with"))
            made += self.tag(f"else {chained} {self.argument()}") + self.body(depth + 1)
        if self.random.random() < 0.4:
            made += self.tag(self.random.choice(("else", "^", " else "))) + self.body(depth + 1)
        return made

    def tag(self, inside: str) -> str:
        return "{{" + self.tilde() + inside + self.tilde() + "}}"
