"""The schemas of the pydantic models, as the document shows them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.accounts import models
from chalicelib.api.shapes import NO_IDS, Schema, nullable, ref


def from_models() -> dict[str, Schema]:
    """The models' own schemas by class name, references pointing into the document."""
    chosen: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in _models()]
    _, found = models_json_schema(chosen, ref_template="#/components/schemas/{model}")
    return {name: _cleaned(schema) for name, schema in found["$defs"].items()}


def _models() -> list[type[models.Fields]]:
    found = [value for value in vars(models).values() if isinstance(value, type) and issubclass(value, models.Fields)]
    return [model for model in found if model not in (models.Fields, models.Resource)]


def _cleaned(schema: Schema) -> Schema:
    """Without the titles that only repeat names, and with ids described where a field holds them."""
    properties = {name: _field(name, dict(field)) for name, field in schema.get("properties", {}).items()}
    rest = {name: value for name, value in schema.items() if name not in ("title", "properties")}
    return {**rest, "properties": properties}


def _field(name: str, field: Schema) -> Schema:
    field.pop("title", None)
    if name.endswith("_ids"):
        field["items"] = ref("Id")
    elif name.endswith("_id") and name not in NO_IDS:
        return {**nullable(ref("Id")), "default": None}
    return field
