"""The routes of a resource: a page, create, retrieve, update and delete, as far as it has them."""

from __future__ import annotations

from typing import Any, TypeVar

from chalicelib.api import crud
from chalicelib.api.http import Call, route, section
from chalicelib.api.references import RESOURCES
from chalicelib.api.resource import Resource

R = TypeVar("R", bound=Resource)


def mount(resource: R) -> R:
    """Register a resource's routes under `/api/v4/<path>`; from now on what it names is not deleted."""
    RESOURCES[resource.prefix] = resource
    section(resource.path, resource.about)
    article = "an" if resource.name[0] in "aeiouA" else "a"
    for verb in resource.verbs:
        _MOUNTS[verb](resource, f"{article} {resource.name}")
    return resource


def _list(resource: Resource, noun: str) -> None:
    def list_(call: Call) -> Any:
        return crud.list_(resource, call)

    list_.__doc__ = f"A page of the account's {resource.name}s."
    route(f"/{resource.path}", "GET", answers=resource.page)(list_)


def _create(resource: Resource, noun: str) -> None:
    def create_(call: Call) -> Any:
        return crud.present(resource, crud.create(resource, call), call)

    create_.__doc__ = f"Create {noun}."
    shapes = {"takes": resource.input, "answers": resource.shape, "examples": resource.examples}
    route(f"/{resource.path}", "POST", admin=True, status=201, **shapes)(create_)


def _retrieve(resource: Resource, noun: str) -> None:
    def retrieve_(call: Call, id: str) -> Any:
        return crud.present(resource, crud.find(resource, call, id), call)

    retrieve_.__doc__ = f"Retrieve {noun}."
    route(f"/{resource.path}/{{id}}", "GET", answers=resource.shape)(retrieve_)


def _update(resource: Resource, noun: str) -> None:
    def update_(call: Call, id: str) -> Any:
        return crud.present(resource, crud.update(resource, call, id), call)

    update_.__doc__ = f"Change the fields of {noun} that are given."
    shapes = {"takes": resource.changes, "answers": resource.shape, "examples": {"a change": resource.change}}
    route(f"/{resource.path}/{{id}}", "PUT", "PATCH", **shapes)(update_)


def _delete(resource: Resource, noun: str) -> None:
    def delete_(call: Call, id: str) -> Any:
        crud.delete(resource, call, id)

    delete_.__doc__ = f"Delete {noun} that nothing refers to."
    route(f"/{resource.path}/{{id}}", "DELETE", status=204)(delete_)


_MOUNTS = {"list": _list, "create": _create, "retrieve": _retrieve, "update": _update, "delete": _delete}
