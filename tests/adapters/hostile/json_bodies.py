"""JSON that is deep, wide, huge in one place, or made of what JSON libraries disagree on."""

from __future__ import annotations

from tests.adapters.hostile.inputs import MIB, Hostile, filled, fixed

KIB = 1024


def _deep(opening: str, closing: str, depth: int, inner: str = "1") -> bytes:
    return f'{{"id": 1, "title": {opening * depth}{inner}{closing * depth}}}'.encode()


JSON = (
    Hostile("json: an integer of 65 bits", fixed('{"id": 1, "n": 18446744073709551616, "event_type": "create"}')),
    Hostile("json: 260 brackets", fixed("[" * 260 + "]" * 260)),
    Hostile("json: objects 300 deep", fixed(_deep('{"a":', "}", 300))),
    Hostile("json: lists 900 deep", fixed(_deep("[", "]", 900))),
    Hostile("json: lists 100,000 deep", fixed(_deep("[", "]", 100_000)), few=True),
    Hostile("json: objects 140,000 deep", fixed(_deep('{"a":', "}", 140_000)), few=True),
    Hostile("json: nothing but opening brackets", filled("["), few=True),
    Hostile("json: depth 150 side by side", filled("[" * 150 + "]" * 150 + ",", "[", "0]"), few=True),
    Hostile("json: an integer of 4,300 digits", fixed('{"id": ' + "9" * 4300 + "}")),
    Hostile("json: an integer of 4,301 digits", fixed('{"id": ' + "9" * 4301 + ', "title": "t"}')),
    Hostile("json: an integer of a megabyte", filled("9", '{"id": ', "}"), few=True),
    Hostile("json: 240 integers of 4,300 digits", filled("9" * 4300 + ",", '{"id": [', "0]}"), few=True),
    Hostile("json: floats without end", fixed('{"id": 1e999, "title": NaN, "n": [-Infinity, 1e-999], "f": 1' + "0" * 400 + ".5}")),
    Hostile("json: a float of a megabyte of digits", filled("3", '{"id": 0.', "}"), few=True),
    Hostile("json: empty objects", filled("{},", '{"id": [', "0]}"), few=True),
    Hostile("json: empty lists", filled("[],", "[", "0]"), few=True),
    Hostile("json: small integers", filled("1,", "[", "0]"), few=True),
    Hostile("json: short texts", filled('"a",', '{"title": [', "0]}"), few=True),
    Hostile("json: 90,000 keys", fixed("{" + ",".join(f'"k{n:05}":{n % 9}' for n in range(90_000)) + "}"), few=True),
    Hostile("json: one key again and again", filled('"title":1,', "{", '"id":1}'), few=True),
    Hostile("json: one text of a megabyte", filled("x", '{"id": 1, "title": "', '"}'), few=True),
    Hostile("json: a key of a megabyte", filled("x", '{"', '": 1}'), few=True),
    Hostile("json: control characters", filled("\\u0000", '{"id": 1, "title": "', '"}'), few=True),
    Hostile("json: halves of surrogate pairs", filled("\\ud800", '{"id": 1, "title": "', '"}'), few=True),
    Hostile("json: halves of pairs in short texts", filled('"\\udc00",', '{"title": [', "0]}"), few=True),
    Hostile("json: half a pair as a key", fixed('{"\\ud800": 1, "\\ud801": 2, "title": "\\udfff"}')),
    Hostile("json: a byte order mark and white space", filled(" \n\t", "\ufeff", '{"id": 1}', 64 * KIB)),
    Hostile("json: cut off in the middle", filled('{"a": [1, "b', "[", "", 64 * KIB)),
    Hostile("json: a JSON text in a JSON text in a JSON text", filled("\\\\\\\\\\\\\\\"", '{"Type": "Notification", "Message": "', '"}'), few=True),
    Hostile("json: deep JSON in the text of a message", fixed('{"Type": "Notification", "Message": "' + "[" * 400_000 + "]" * 400_000 + '"}'), few=True),
    Hostile("json: zeros that are no text", fixed(b"\x00" * MIB), few=True),
    Hostile("json: bytes that are no UTF-8", fixed(b'{"title": "' + b"\xff\xfe" * (MIB // 2) + b'"}'), few=True),
    Hostile("json: an unread body of a thousand forms", filled("\x1f\x8b\x08", "", "", 64 * KIB), "application/octet-stream"),
)  # fmt: skip
