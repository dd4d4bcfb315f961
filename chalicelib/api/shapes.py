"""The shapes of what goes in and out, for the OpenAPI document: said beside the routes, made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NULLABLE_TEXT: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FREE: Schema = {"type": "object", "additionalProperties": True}
NO_IDS = ("thirdparty_id", "notification_rule_id")

# Ids in examples. The page at /docs puts ids of the caller's account in their place.
A_PERSON, A_TEAM, AN_ALERT = "usr_0Qx1ZaK2nVb4fc", "tem_4fK0c2nVbQx1Za", "alt_Za4fK0c2nVbQx1"


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def array(item: Schema) -> Schema:
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


@dataclass(frozen=True)
class Shape:
    """A named schema of the document. `make` gets the schemas of the models in accounts/models.py by class name;
    `uses` are further shapes that the schema names."""

    name: str
    make: Callable[[Mapping[str, Schema]], Schema]
    uses: tuple[Shape, ...] = ()

    def all(self) -> Iterator[Shape]:
        yield self
        for used in self.uses:
            yield from used.all()

    @property
    def is_page(self) -> bool:
        return self.name.endswith("Page")


def fixed(name: str, schema: Schema, *uses: Shape) -> Shape:
    """A shape that no model says anything about."""
    return Shape(name, lambda models: schema, uses)


def page_of(row: Shape) -> Shape:
    """The envelope of a list."""
    keys: dict[str, Schema] = {"data": array(ref(row.name)), "has_more": FLAG, "total_count": COUNT}
    keys["next_cursor"] = {**NULLABLE_TEXT, "description": "Give it as `cursor` for the next page."}
    keys["total_count_exact"] = {**FLAG, "description": "False: the total is a lower bound."}
    return fixed(f"{row.name}Page", record(keys), row)


def as_read(written: Schema) -> dict[str, Schema]:
    """The fields of a model as the API shows them: ids as ULIDs, all there, whatever a client may leave out."""
    return {name: _as_read(name, field) for name, field in written["properties"].items()}


def _as_read(name: str, field: Schema) -> Schema:
    if name.endswith("_ids"):
        return array(ULID)
    if name.endswith("_id") and name not in NO_IDS:
        return nullable(ULID)
    return {key: value for key, value in field.items() if key not in ("default", "minItems")}


def as_changes(written: Schema) -> Schema:
    """The fields of a create for an update: none required, and no defaults, since what is left out stays as it is."""
    properties = {
        name: {key: value for key, value in field.items() if key != "default"}
        for name, field in written["properties"].items()
    }
    rest = {name: value for name, value in written.items() if name not in ("required", "anyOf", "description")}
    return {**rest, "description": "Only the fields that are given change.", "properties": properties}


def require_any(schema: Schema, names: tuple[str, ...]) -> Schema:
    """A schema of which at least one of the fields must be given."""
    return {**schema, "anyOf": [{"required": [name]} for name in names]} if names else schema
