"""What the local AWS holds, as rows that can be kept and put back: items of tables, messages of queues, S3 objects."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from dev.local import aws, mends

Place = tuple[str, str]
"""Where a row belongs, such as ``("table signalbox-local-alerts", key)``: a resource and a name in it."""

Rows = dict[Place, bytes | None]
_FLEETING = ("id", "receipt_handle", "_old_receipt_handles", "visible_at")


class Unknown(Exception):
    """A row belongs to a resource that there is not; the text says which."""


class Changes:
    """Notes what changes from now on. One per process: it listens to moto."""

    def __init__(self) -> None:
        self._items: set[tuple[Any, Any, Any]] = set()
        self._messages: dict[Place, tuple[int, float]] = {}
        self._objects: dict[Place, Any] = {}
        self._removed: set[Place] = set()
        from moto.dynamodb.models import DynamoDBBackend

        backend: Any = DynamoDBBackend
        for name in ("put_item", "update_item", "delete_item"):
            setattr(backend, name, self._noting(getattr(backend, name)))

    def _noting(self, write: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(write)
        def noted(backend: Any, table_name: str, key: Any, *arguments: Any, **named: Any) -> Any:
            table = backend.get_table(table_name)
            if all(attribute in key for attribute in table.table_key_attrs):
                self._items.add((table, *backend.get_keys_value(table, key)))
            return write(backend, table_name, key, *arguments, **named)

        return noted

    def take(self) -> Rows:
        """What changed since the last time, None for what is gone.

        The order is what makes it whole after a crash. A message is deleted after what it did was written, so queues
        come before items; an object is written before the message that names it, so objects come last.
        """
        messages = self._changed_messages()
        return {**messages, **self._changed_items(), **self._changed_objects()}

    def _changed_messages(self) -> Rows:
        rows: Rows = {}
        found = {}
        for queue in aws.queues().values():
            with queue._messages_lock:
                for message in queue._messages:
                    place = (f"queue {queue.name}", message.id)
                    found[place] = (message.approximate_receive_count, message.delayed_until)
                    if self._messages.get(place) != found[place]:
                        rows[place] = _of_message(message)
        rows |= dict.fromkeys(self._messages.keys() - found.keys())
        self._messages = found
        return rows

    def _changed_items(self) -> Rows:
        with mends.dynamodb_lock:
            changed, self._items = self._items, set()
            return {
                (f"table {table.name}", _key_text(hash_key, range_key)): _of_item(table.get_item(hash_key, range_key))
                for table, hash_key, range_key in changed
            }

    def _changed_objects(self) -> Rows:
        """Objects that are new or gone; a removal waits for the next time, when its message is surely gone too."""
        found = {
            (f"bucket {bucket.name}", name): stored for bucket in aws.buckets() for name, stored in bucket.keys.items()
        }
        rows: Rows = {place: stored.value for place, stored in found.items() if self._objects.get(place) is not stored}
        rows |= dict.fromkeys(self._removed - found.keys())
        self._removed = self._objects.keys() - found.keys()
        self._objects = found
        return rows


def put_back(rows: Iterable[tuple[Place, bytes]]) -> None:
    """Store rows where they belong, before anything else is stored there. Raises Unknown, and ValueError or KeyError
    for what was never kept."""
    queues, tables = aws.queues(), aws.tables()
    for (resource, name), content in rows:
        kind, _, resource_name = resource.partition(" ")
        if kind == "table" and resource_name in tables:
            tables[resource_name].put_item(_with_bytes(orjson.loads(content)), overwrite=True)
        elif kind == "queue" and resource_name in queues:
            queues[resource_name]._messages.append(_message(name, orjson.loads(content)))
        elif kind == "bucket":
            aws.put_object(resource_name, name, content)
        else:
            raise Unknown(f"there is no {resource}")
    for queue in queues.values():
        queue._messages.sort(key=lambda message: message.sent_timestamp)


def _of_message(message: Any) -> bytes:
    fields = {name: value for name, value in vars(message).items() if name not in _FLEETING}
    return orjson.dumps(fields, default=_plain)


def _message(identifier: str, fields: dict[str, Any]) -> Any:
    from moto.sqs.models import Message

    message = Message(identifier, fields["body"])
    vars(message).update(fields)
    return message


def _of_item(item: Any) -> bytes | None:
    return None if item is None else orjson.dumps(item.to_json()["Attributes"], default=_plain)


def _with_bytes(value: Any) -> Any:
    """An item, or part of one, with what is binary in it as bytes: as moto holds it."""
    if isinstance(value, list):
        return [_with_bytes(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(part) if name == "B" and isinstance(part, str) else _with_bytes(part)
        for name, part in value.items()
    }


def _plain(value: Any) -> Any:
    """What moto holds as it comes over the wire: bytes in base64."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value.to_json()


def _key_text(hash_key: Any, range_key: Any) -> str:
    return orjson.dumps([key.to_json() for key in (hash_key, range_key) if key is not None]).decode()
