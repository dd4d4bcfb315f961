"""TransactWriteItems as moto answers it, undone from copies of the items that it touched and not of whole tables."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Reason = tuple[str | None, str | None, Any]
"""Why an operation failed, as moto's TransactionCanceledException takes it: code, message, the stored item."""

_MOST_OPERATIONS = 100
_KINDS = ("ConditionCheck", "Put", "Delete", "Update")


class _Before:
    """The items that a transaction touches, as they were."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, Any, Any], tuple[Any, Any]] = {}

    def keep(self, backend: Any, table: Any, key: Mapping[str, Any]) -> Any:
        """The stored item of a key, None for none. Raises what moto raises for a second operation on one item."""
        from moto.dynamodb.exceptions import MultipleTransactionsException

        place = (table.name, *backend.get_keys_value(table, key))
        if place in self.items:
            raise MultipleTransactionsException
        item = table.get_item(*place[1:])
        self.items[place] = (table, copy.deepcopy(item))
        return item

    def restore(self) -> None:
        for (_, hash_key, range_key), (table, item) in self.items.items():
            if item is None:
                table.delete_item(hash_key, range_key)
            elif range_key is None:
                table.items[hash_key] = item
            else:
                table.items[hash_key][range_key] = item


def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
    """Do all operations or none, each on an item of its own. Raises moto's exceptions."""
    from moto.dynamodb import exceptions

    if len(transact_items) > _MOST_OPERATIONS:
        raise exceptions.TooManyTransactionsException
    before = _Before()
    try:
        reasons = [_attempt(backend, before, operation) for operation in transact_items]
        if any(code for code, _, _ in reasons):
            raise exceptions.TransactionCanceledException(reasons)
    except Exception:
        before.restore()
        raise


def _attempt(backend: Any, before: _Before, operation: Mapping[str, Any]) -> Reason:
    """Do one operation, or answer why not. Raises what refuses the request as a whole."""
    from moto.dynamodb import exceptions

    if len(operation) > 1:
        raise exceptions.TransactWriteSingleOpException
    kind, details = next(iter(operation.items()))
    if kind not in _KINDS:
        return "ValueError", "Unsupported transaction operation", None
    try:
        table = backend.get_table(details["TableName"])
        item = before.keep(backend, table, details["Item"] if kind == "Put" else details["Key"])
        if not _holds(details, item):
            shown = item.to_json()["Attributes"] if item and _wants_item(details) else None
            return "ConditionalCheckFailed", "The conditional request failed", shown
        _write(backend, kind, details)
    except exceptions.MockValidationException:
        raise
    except Exception as error:
        return type(error).__name__, str(error), None
    return None, None, None


def _wants_item(details: Mapping[str, Any]) -> bool:
    return details.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"


def _holds(details: Mapping[str, Any], item: Any) -> bool:
    from moto.dynamodb.comparisons import get_filter_expression

    names, values = details.get("ExpressionAttributeNames"), details.get("ExpressionAttributeValues")
    return bool(get_filter_expression(details.get("ConditionExpression"), names, values).expr(item))


def _write(backend: Any, kind: str, details: Mapping[str, Any]) -> None:
    table = details["TableName"]
    if kind == "Put":
        backend.put_item(table, details["Item"])
    elif kind == "Delete":
        backend.delete_item(table, details["Key"])
    elif kind == "Update":
        names, values = details.get("ExpressionAttributeNames"), details.get("ExpressionAttributeValues")
        backend.update_item(table, details["Key"], details["UpdateExpression"], names, values)
