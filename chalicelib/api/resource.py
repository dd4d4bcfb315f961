"""A resource of an account's configuration: a class says in one file where it is, what may be written, what it refers
to, and how it is described. `crud` does with it what is the same for all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from chalicelib.accounts.objects import Object
from chalicelib.api.http import Call
from chalicelib.api.shapes import COMMON, Schema, Shape, as_changes, as_read, page_of, record, require_any
from chalicelib.storage.edits import Edit

VERBS = ("list", "create", "retrieve", "update", "delete")


class Resource:
    """What is the same for most; a subclass overrides what is its own.

    `model` names a class of accounts/models.py: its library is imported when something is written. `references` maps
    fields that hold ids (stored as ULIDs) to the prefix of what they name; `named_in` maps fields that name others
    inside a text to the prefixes. With `belongs_to`, one of the references, an object goes when what it names goes.
    `at_least` are numbers of the tally that no change may bring below one, with what a client is told instead.
    """

    name = ""
    path = ""
    prefix = ""
    model = ""
    about = ""
    references: Mapping[str, str] = {}
    named_in: Mapping[str, Collection[str]] = {}
    belongs_to = ""
    is_private = False  # whether `may_read` hides objects from those who are no admins
    unique = ""  # what `names` are, in words
    renamed: Mapping[str, str] = {}  # inner fields to what a client wrote
    verbs: Collection[str] = VERBS
    at_least: Mapping[str, str] = {}

    # For the document.
    examples: Mapping[str, Any] = {}
    change: Mapping[str, Any] = {}
    any_of: tuple[str, ...] = ()  # fields of which a create must give one
    added: Mapping[str, Schema] = {}  # fields that the service adds
    shapes: tuple[Shape, ...] = ()  # further shapes that these fields use

    def read(self, params: Mapping[str, Any], stored: Mapping[str, Any]) -> Mapping[str, Any]:
        """The parameters of a write as fields of the model."""
        return params

    def complete(self, call: Call, found: Object, stored: Object | None) -> Object:
        """The object with the fields that no client writes."""
        return found

    def check(self, call: Call, found: Object) -> None:
        """Raise what validation cannot see."""

    def show(self, found: Object, call: Call) -> Object:
        """The object as the API answers it."""
        return found

    def masked(self, found: Object) -> Object:
        """The object as everyone may read it in the logs: without secrets."""
        return found

    def names(self, found: Object) -> Collection[str]:
        """Names that no other object of the account may have, such as ``email:a@example.com``."""
        return ()

    def counts(self, found: Object) -> Mapping[str, int]:
        """What the object adds to the account's tally."""
        return {self.prefix: 1}

    def named(self, found: Object, field: str) -> Iterable[str]:
        """The prefix ids that a text of `named_in` names."""
        return ()

    def searched(self, row: Mapping[str, Any]) -> Iterable[str]:
        """The texts of a shown row that `q` looks into."""
        return [str(row.get("name") or "")]

    def may_read(self, call: Call, found: Object) -> bool:
        """Whether the caller sees the object at all."""
        return True

    def may_write(self, call: Call, found: Object) -> bool:
        """Whether a caller who is no admin may change the object with this call."""
        return False

    def may_delete(self, call: Call, found: Object) -> bool:
        """Whether a caller who is no admin may delete the object."""
        return self.may_write(call, found)

    def along(self, call: Call, found: Object) -> Iterator[tuple[Object, Object]]:
        """Further objects that a write changes in the same transaction, before and after."""
        return iter(())

    def edit(self, before: Object | None, after: Object | None) -> Edit:
        """The change as storage writes it."""
        old, new = (self.counts(side) if side else {} for side in (before, after))
        counts = {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}
        names = (self.names(before) if before else (), self.names(after) if after else ())
        refers = after is not None and bool(self._named(after) - (self._named(before) if before else set()))
        return Edit(before, after, names, counts, refers)

    def _named(self, found: Object) -> set[str]:
        """Every id that the object names, in whichever form."""
        ids = {identifier for field in self.references for identifier in ids_of(found[field])}
        return ids.union(*(self.named(found, field) for field in self.named_in))

    # Shapes of the document.

    @property
    def shape(self) -> Shape:
        return Shape(self.model, self.described, self.shapes)

    @property
    def page(self) -> Shape:
        return page_of(self.shape)

    @property
    def input(self) -> Shape:
        return Shape(f"{self.model}Input", lambda models: require_any(self.writable(models), self.any_of), self.shapes)

    @property
    def changes(self) -> Shape:
        return Shape(f"{self.model}Changes", lambda models: as_changes(self.writable(models)), self.shapes)

    def writable(self, models: Mapping[str, Schema]) -> Schema:
        """The schema of what a client writes."""
        return models[self.model]

    def described(self, models: Mapping[str, Schema]) -> Schema:
        """The schema of what the API answers."""
        written = models[self.model]
        return record({**COMMON, **as_read(written), **self.added}, description=written.get("description", ""))


def ids_of(value: Any) -> list[str]:
    """The ids in a reference field: a list of them, one, or none."""
    return value if isinstance(value, list) else [value] if value else []
