"""Building blocks of the schemas: small shapes, common fields, and the models' own schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from chalicelib.accounts import models

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NULLABLE_TEXT: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FREE: Schema = {"type": "object", "additionalProperties": True}
_MODELS = (
    models.AccountUser,
    models.Team,
    models.Router,
    models.Integration,
    models.Stakeholder,
    models.Alert,
    models.Comment,
    models.Handoff,
)
NO_IDS = ("thirdparty_id", "notification_rule_id")


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def lists(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def record(properties: Mapping[str, Schema], required: list[str] | None = None, **more: Any) -> Schema:
    """An object that has all of these properties, or only the `required` ones for certain."""
    needed = list(properties) if required is None else required
    return {"type": "object", "properties": dict(properties), **({"required": needed} if needed else {}), **more}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


ULID, TIME = ref("Ulid"), ref("Time")
COMMON: dict[str, Schema] = {
    "id": ULID,
    "prefix_id": ref("PrefixId"),
    "tiny_id": {"type": "integer", "description": "Counts the account's objects of this kind: shown as #12."},
    "account_id": ULID,
    "created_at": TIME,
    "updated_at": TIME,
}


def from_models() -> dict[str, Schema]:
    """The models' own schemas by class name, references pointing into the document."""
    chosen: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in _MODELS]
    _, found = models_json_schema(chosen, ref_template="#/components/schemas/{model}")
    return {name: _cleaned(schema) for name, schema in found["$defs"].items()}


def _cleaned(schema: Schema) -> Schema:
    """Without the titles that only repeat names, and with ids described where a field holds them."""
    properties = {name: _field(name, dict(field)) for name, field in schema.get("properties", {}).items()}
    kept = {name: value for name, value in schema.items() if name not in ("title", "properties")}
    return {**kept, "properties": properties}


def _field(name: str, field: Schema) -> Schema:
    field.pop("title", None)
    if name.endswith("_ids"):
        field["items"] = ref("Id")
    elif name.endswith("_id") and name not in NO_IDS:
        return {**nullable(ref("Id")), "default": None}
    return field
