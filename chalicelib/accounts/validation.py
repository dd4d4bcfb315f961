"""Read parameters into a model, and say every fault in the API's words: "name can't be blank"."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.errors import Invalid

if TYPE_CHECKING:
    from pydantic import BaseModel

_BLANK = ("missing", "string_too_short", "too_short")


def _model(name: str) -> type[BaseModel]:
    """A class of `models`, imported on first use: it takes longer than all else, and a webhook needs none of it."""
    from chalicelib.accounts import models

    found: type[BaseModel] = getattr(models, name)
    return found


def names_of(model: str) -> Collection[str]:
    """The names of a model's fields."""
    return _model(model).model_fields


def validate(model: str, values: Mapping[str, Any], field_names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The fields of a model, by its name, out of the values. Raises Invalid with one message per fault; `field_names`
    renames inner fields to what the client wrote."""
    from pydantic import ValidationError

    try:
        return _model(model).model_validate(values).model_dump()
    except ValidationError as error:
        messages = [_message(fault, values, field_names or {}) for fault in error.errors()]
        raise Invalid(*dict.fromkeys(messages)) from error


def _message(fault: Any, values: Mapping[str, Any], field_names: Mapping[str, str]) -> str:
    path = ".".join(str(part) for part in fault["loc"])
    for inner, written in field_names.items():
        if path == inner or path.startswith(inner + "."):
            path = written + path[len(inner) :]
    if fault["type"] in _BLANK or fault.get("input", ...) is None:
        return f"{path} can't be blank"
    if fault["type"] == "literal_error":
        return f"{path} must be {fault['ctx']['expected'].replace(chr(39), '')}"
    if fault["type"] == "value_error":
        return f"{path} {fault['ctx']['error']}"
    return f"{path} is invalid: {fault['msg'][:1].lower()}{fault['msg'][1:]}"
