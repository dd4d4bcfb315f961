"""Field types of configuration objects: as lenient as form-encoded clients need, as strict as the API's docs say."""

from __future__ import annotations

import json
import re
from datetime import UTC
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from chalicelib.accounts.casts import as_list, cast_bool
from chalicelib.times import iso, read_time
from chalicelib.words import LONGEST_DESCRIPTION

_LARGEST_META = 32 * 1024
_MOST_ITEMS = 500
_EMAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;.]+(?:\.[^@\s<>,;.]+)+\Z")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}\Z")


def _tags(value: Any) -> Any:
    parts = value.split(",") if isinstance(value, str) else as_list(value)
    return [part.strip() if isinstance(part, str) else part for part in parts]


def _unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _email(value: str) -> str:
    if not _EMAIL.match(value):
        raise ValueError("is no e-mail address")
    return value


def _phone(value: str) -> str:
    if not _PHONE.match(value):
        raise ValueError("is no phone number in E.164 form, such as +14155550100")
    return value


def _moment(value: str) -> str:
    moment = read_time(value)
    if moment is None:
        raise ValueError("is no time in ISO 8601, such as 2027-01-31T00:00:00Z")
    return iso(moment.astimezone(UTC))


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _bounded_meta(value: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")) > _LARGEST_META:
        raise ValueError(f"is larger than {_LARGEST_META // 1024} KiB")
    return value


# Constraints come before the validators that wrap them: so they see text that was stripped, and a list, not its item.
Flag = Annotated[bool, BeforeValidator(cast_bool)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), BeforeValidator(_as_text)]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024), BeforeValidator(_as_text)
]
Body = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=65_536), BeforeValidator(_as_text)
]
Text = Annotated[str, StringConstraints(max_length=65_536), BeforeValidator(_as_text)]
Description = Annotated[str, StringConstraints(max_length=LONGEST_DESCRIPTION), BeforeValidator(_as_text)]
Key = Annotated[str, StringConstraints(max_length=1024), BeforeValidator(_as_text)]
Tag = Annotated[str, StringConstraints(max_length=255), BeforeValidator(_as_text)]
Meta = Annotated[dict[str, Any], AfterValidator(_bounded_meta)]
IdList = Annotated[list[str], Field(max_length=_MOST_ITEMS), BeforeValidator(as_list), AfterValidator(_unique)]
Tags = Annotated[list[Tag], Field(max_length=100), BeforeValidator(_tags), AfterValidator(_unique)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254), AfterValidator(_email)]
Moment = Annotated[str, AfterValidator(_moment)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_phone)]
