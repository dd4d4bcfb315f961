"""Translates ECMAScript's regular expressions (ECMA-262, chapter 22.2 and annex B.1.2) into RE2's notation."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LENGTH = 2000
MAX_REPEAT = 1000
_FLAGS = "dgimsuy"
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_CONTROLS = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_SPACE = r"\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"
_NOT_SPACE = (
    r"\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}"
    r"\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}"
)
_SETS = {"d": "0-9", "D": r"\D", "w": "0-9A-Za-z_", "W": r"\W", "s": _SPACE, "S": _NOT_SPACE}
_ANYTHING = r"\x{0}-\x{10ffff}"
_NOT_LINE_END = r"[^\n\r\x{2028}\x{2029}]"
_LOOKAROUND = {"(?=": "lookahead (?=", "(?!": "lookahead (?!", "(?<=": "lookbehind (?<=", "(?<!": "lookbehind (?<!"}
_REPEAT = re.compile(r"\{([0-9]{1,9})(,?)([0-9]{0,9})\}")
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,99}>")
_GROUP_START = re.compile(r"\((?!\?)|\(\?<(?![=!])")
_PROPERTY = re.compile(r"\{(?:(?:General_Category|gc)=)?(?:(Script|sc)=)?([A-Za-z_]{1,40})\}")
_LONG_CATEGORIES = {
    "Letter": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Mark": "M", "Number": "N",
    "Decimal_Number": "Nd", "Punctuation": "P", "Symbol": "S", "Separator": "Z", "Other": "C",
}  # fmt: skip


@dataclass(slots=True)
class Translation:
    """RE2's `source`, and what is known of the pattern. `words`: it only looks for one of these, as they stand."""

    source: str
    sticky: bool
    lines: bool
    ignores_case: bool
    words: tuple[str, ...]


def translate(pattern: str, flags: str) -> Translation:
    """Raises ValueError for what ECMAScript or RE2 does not allow."""
    _check_flags(flags)
    if len(pattern) > MAX_LENGTH:
        raise ValueError(f"the pattern is longer than {MAX_LENGTH} characters")
    if any("\ud800" <= character <= "\udfff" for character in pattern):
        raise ValueError("the pattern holds half a surrogate pair")
    translator = _Translator(pattern, flags)
    body = translator.translate()
    words = tuple(translator.words or ()) if "y" not in flags and "" not in (translator.words or ()) else ()
    source = f"(?i){body}" if "i" in flags else body
    return Translation(source, "y" in flags, translator.lines, "i" in flags, words)


def _check_flags(flags: str) -> None:
    for index, flag in enumerate(flags):
        if flag == "v":
            raise ValueError("the flag v is not supported; use u")
        if flag not in _FLAGS:
            raise ValueError(f"unknown flag {flag!r}; there are {' '.join(_FLAGS)}")
        if flag in flags[:index]:
            raise ValueError(f"the flag {flag} is there twice")


_INLINE_FLAGS = re.compile(r"\(\?-?[a-zA-Z]+[):-]")


class _Translator:
    """Reads the pattern once, from left to right."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.unicode = "u" in flags
        self.multiline = "m" in flags
        self.dot = "(?s:.)" if "s" in flags else _NOT_LINE_END
        self.lines = self.multiline and ("^" in pattern or "$" in pattern)
        self.position = 0
        self.depth = 0
        self.names: set[str] = set()
        self.group_count = len(_GROUP_START.findall(re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "", pattern, flags=re.DOTALL)))
        self.words: list[str] | None = [""]
        self.out: list[str] = []

    def translate(self) -> str:
        repeatable = False
        while self.position < len(self.pattern):
            repeatable = self._term(self.pattern[self.position], repeatable)
        if self.depth:
            raise ValueError("a group is not closed: ( without )")
        return "".join(self.out)

    def _term(self, character: str, repeatable: bool) -> bool:
        """Translate one term; whether a quantifier may follow."""
        if character in "*+?" or (character == "{" and self._at_repeat()):
            return self._quantifier(repeatable)
        self.position += 1
        if character == "\\":
            return self._escape()
        if character == "(":
            return self._open()
        if character == "[":
            return self._put(self._class())
        if character in "|)":
            return self._close() if character == ")" else self._alternative()
        if character in "^$":
            return self._anchor(character)
        if character == ".":
            return self._put(self.dot)
        if self.unicode and character in "]{}":
            raise ValueError(f"a lone {character} must be written \\{character} under the flag u")
        return self._literal(character)

    def _put(self, source: str) -> bool:
        self.words = None
        self.out.append(source)
        return True

    def _literal(self, character: str) -> bool:
        if self.words is not None:
            self.words[-1] += character
        self.out.append(_quote(self._line_end(character)))
        return True

    def _line_end(self, character: str) -> str:
        return "\n" if self.lines and character == "\r" else character

    def _alternative(self) -> bool:
        if self.words is not None:
            self.words.append("")
        self.out.append("|")
        return False

    def _anchor(self, character: str) -> bool:
        if self.multiline:
            self._put(f"(?m:{character})")
        else:
            self._put(r"\A" if character == "^" else r"\z")
        return False

    def _open(self) -> bool:
        start = self.position - 1
        self.depth += 1
        for opening, feature in _LOOKAROUND.items():
            if self.pattern.startswith(opening, start):
                hint = "; use $not: {$regex: ...}, or an earlier rule" if feature.endswith("!") else ""
                raise ValueError(f"{feature}...) is refused: it cannot run in linear time{hint}")
        if self.pattern.startswith("(?:", start):
            self.position += 2
            self._put("(?:")
        elif self.pattern.startswith("(?<", start):
            self._name(start + 3)
            self._put("(")
        elif self.pattern.startswith("(?", start):
            hint = "; flags stand beside the pattern: $options: i" if _INLINE_FLAGS.match(self.pattern, start) else ""
            raise ValueError(f"unknown group {self.pattern[start : start + 4]!r}{hint}")
        else:
            self._put("(")
        return False

    def _name(self, start: int) -> None:
        name = _NAME.match(self.pattern, start)
        if not name:
            raise ValueError("a group's name must be letters, digits and _, as in (?<name>...)")
        if name[0] in self.names:
            raise ValueError(f"the group name {name[0][:-1]} is there twice")
        self.names.add(name[0])
        self.position = name.end()

    def _close(self) -> bool:
        self.depth -= 1
        if self.depth < 0:
            raise ValueError("a group is not opened: ) without (")
        return self._put(")")

    def _at_repeat(self) -> bool:
        return _REPEAT.match(self.pattern, self.position) is not None

    def _quantifier(self, repeatable: bool) -> bool:
        if not repeatable:
            raise ValueError(f"nothing to repeat before {self.pattern[self.position]}")
        if self.pattern[self.position] == "{":
            source = self._repeat()
        else:
            source = self.pattern[self.position]
            self.position += 1
        if self.pattern.startswith("?", self.position):
            source += "?"
            self.position += 1
        self._put(source)
        return False

    def _repeat(self) -> str:
        found = _REPEAT.match(self.pattern, self.position)
        assert found is not None
        low, high = int(found[1]), int(found[3] or found[1])
        if high < low:
            raise ValueError(f"the numbers of {found[0]} are out of order")
        if high > MAX_REPEAT:
            raise ValueError(f"{found[0]} repeats more than {MAX_REPEAT} times, which is refused")
        self.position = found.end()
        return f"{{{low}{found[2]}{found[3] and high}}}"

    def _escape(self) -> bool:
        """A term that starts with a backslash; the position is after it."""
        character = self._next("the pattern ends with a lone \\")
        if character in "bB":
            self._put(f"\\{character}")
            return False
        if character in _SETS:
            return self._put(f"[{_SETS[character]}]")
        if character in "pP":
            return self._put(self._property(character))
        if character == "k" and (self.unicode or _has_names(self.pattern)):
            raise ValueError("a named backreference \\k<...> is refused: it cannot run in linear time")
        if character in "123456789":
            self._refuse_backreference(character)
        return self._literal(self._character(character))

    def _refuse_backreference(self, digit: str) -> None:
        rest = self.pattern[self.position :]
        number = int(digit + (re.match(r"[0-9]{0,2}", rest) or [""])[0])
        if self.unicode or number <= self.group_count:
            raise ValueError(f"the backreference \\{number} is refused: it cannot run in linear time")

    def _next(self, complaint: str) -> str:
        if self.position >= len(self.pattern):
            raise ValueError(complaint)
        self.position += 1
        return self.pattern[self.position - 1]

    def _property(self, letter: str) -> str:
        if not self.unicode:
            raise ValueError(f"\\{letter}{{...}} needs the flag u")
        found = _PROPERTY.match(self.pattern, self.position)
        if not found:
            raise ValueError(f"\\{letter} must be followed by a general category or Script=..., as in \\p{{Lu}}")
        self.position = found.end()
        name = found[2] if found[1] else _LONG_CATEGORIES.get(found[2], found[2])
        if not found[1] and len(name) > 2:
            raise ValueError(f"the property {name} is not supported; use a general category or Script=...")
        return f"\\{letter}{{{name}}}"

    def _character(self, character: str) -> str:
        """The one character that an escape stands for; the position is after its first letter."""
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character == "x":
            return self._hexadecimal(2) or self._identity("x")
        if character == "u":
            return self._code_point()
        if character == "c":
            return self._control()
        if character.isdigit() and character.isascii():
            return self._octal(character)
        return self._identity(character)

    def _identity(self, character: str) -> str:
        if self.unicode and character not in _SYNTAX:
            raise ValueError(f"the escape \\{character} is not allowed under the flag u")
        return character

    def _hexadecimal(self, digits: int) -> str:
        text = self.pattern[self.position : self.position + digits]
        if len(text) < digits or not re.fullmatch("[0-9a-fA-F]*", text):
            return ""
        self.position += digits
        return chr(int(text, 16))

    def _code_point(self) -> str:
        if self.unicode and self.pattern.startswith("{", self.position):
            return self._braced_code_point()
        first = self._hexadecimal(4)
        if not first:
            return self._identity("u")
        if "\ud800" <= first <= "\udbff" and self.pattern.startswith("\\u", self.position):
            self.position += 2
            second = self._hexadecimal(4)
            if "\udc00" <= second <= "\udfff":
                return chr(0x10000 + (ord(first) - 0xD800 << 10) + ord(second) - 0xDC00)
        if "\ud800" <= first <= "\udfff":
            raise ValueError("\\u names half a surrogate pair, which is refused")
        return first

    def _braced_code_point(self) -> str:
        found = re.compile(r"\{0*([0-9a-fA-F]{1,6})\}").match(self.pattern, self.position)
        value = int(found[1], 16) if found else -1
        if not found or value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
            raise ValueError("\\u{...} must name a code point up to 10FFFF")
        self.position = found.end()
        return chr(value)

    def _control(self) -> str:
        letter = self.pattern[self.position : self.position + 1]
        if letter.isascii() and letter.isalpha():
            self.position += 1
            return chr(ord(letter) % 32)
        if self.unicode:
            raise ValueError("\\c must be followed by a letter")
        self.position -= 1
        return "\\"

    def _octal(self, first: str) -> str:
        if self.unicode:
            following = self.pattern[self.position : self.position + 1]
            if first == "0" and not following.isdigit():
                return "\0"
            raise ValueError(f"the escape \\{first} is not allowed under the flag u")
        if first in "89":
            return first
        found = re.match("[0-7]{1,2}" if first in "0123" else "[0-7]", self.pattern[self.position :])
        self.position += len(found[0]) if found else 0
        return chr(int(first + (found[0] if found else ""), 8))

    def _class(self) -> str:
        """A class; the position is after its [."""
        negated = self.pattern.startswith("^", self.position)
        self.position += negated
        items: list[str] = []
        while not self.pattern.startswith("]", self.position):
            items.append(self._class_range())
        self.position += 1
        if not items:
            return "(?s:.)" if negated else f"[^{_ANYTHING}]"
        return f"[{'^' if negated else ''}{''.join(items)}]"

    def _class_range(self) -> str:
        low, is_set = self._class_atom()
        if not self.pattern.startswith("-", self.position) or self.pattern.startswith("-]", self.position):
            return low if is_set else _quote(low)
        self.position += 1
        high, high_is_set = self._class_atom()
        if is_set or high_is_set:
            if self.unicode:
                raise ValueError("a range in [...] must go from character to character")
            return "".join((low if is_set else _quote(low), "\\-", high if high_is_set else _quote(high)))
        if high < low:
            raise ValueError(f"the range {low}-{high} is out of order")
        return f"{_quote(low)}-{_quote(high)}"

    def _class_atom(self) -> tuple[str, bool]:
        """A character (False) or a set in RE2's notation (True)."""
        character = self._next("a class is not closed: [ without ]")
        if character != "\\":
            return self._line_end(character), False
        escaped = self._next("a class is not closed: [ without ]")
        if escaped in _SETS:
            return _SETS[escaped], True
        if escaped in "pP":
            return self._property(escaped), True
        if escaped in "b-" and (escaped == "b" or self.unicode):
            return ("\b" if escaped == "b" else "-"), False
        return self._line_end(self._character(escaped)), False


def _has_names(pattern: str) -> bool:
    return re.search(r"\(\?<(?![=!])", pattern) is not None


def _quote(character: str) -> str:
    if (character.isascii() and character.isalnum()) or character == "_":
        return character
    return f"\\x{{{ord(character):x}}}"
