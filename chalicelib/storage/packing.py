"""Values as few bytes: any value as JSON, deflated. What is stored is billed by the KiB."""

from __future__ import annotations

import zlib
from typing import Any

from chalicelib.encoding import decode, encode

_LEVEL = 6


def deflate(value: Any) -> bytes:
    """Any value as deflated JSON."""
    return zlib.compress(encode(value), _LEVEL)


def inflate(content: bytes) -> Any:
    """The value that `deflate` packed. Raises ValueError or zlib.error for anything else."""
    return decode(zlib.decompress(content))
