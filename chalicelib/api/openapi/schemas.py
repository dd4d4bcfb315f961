"""Every schema of the document by name: those of the routes' bodies, and those of the models that these name."""

from __future__ import annotations

import re

from chalicelib.api.http import MOUNTED
from chalicelib.api.openapi.models import from_models
from chalicelib.api.shapes import Schema, Shape, array, record

_REFERENCE = re.compile(r"#/components/schemas/(\w+)")


def all_schemas() -> dict[str, Schema]:
    """Every schema under `components.schemas`, by name."""
    models = from_models()
    found = {**_basics(), **{shape.name: shape.make(models) for shape in _shapes()}}
    named = set(_REFERENCE.findall(repr(found)))
    return found | {name: models[name] for name in sorted(named - set(found))}


def _shapes() -> list[Shape]:
    bodies = [shape for route in MOUNTED for shape in (route.takes, route.answers) if shape]
    return [part for shape in bodies for part in shape.all()]


def _basics() -> dict[str, Schema]:
    ulid = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
    message = record({"message": {"type": "string", "examples": ["name can't be blank"]}})
    code = {"type": "integer", "description": "The status code."}
    return {
        "Ulid": {"type": "string", "pattern": ulid, "examples": ["01GE8AJD59WJCSJQ7SFH49FJRT"]},
        "PrefixId": {"type": "string", "pattern": "^[a-z]{3}_[0-9A-Za-z]{14}$", "examples": ["tem_4fK0c2nVbQx1Za"]},
        "Id": {"type": "string", "description": "A ULID or a prefix id.", "examples": ["tem_4fK0c2nVbQx1Za"]},
        "Time": {"type": "string", "format": "date-time", "examples": ["2026-03-01T08:15:00.000Z"]},
        "Error": record({"errors": array(message), "code": code}, description="What went wrong."),
    }
