"""AWS at the HTTP layer: calls are counted and recorded on moto, then answered from the record without it."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dev.bench.units import Item, Tables, read_units, writes_by_partition, writes_of

_JSON = "application/x-amz-json-1.0"
_READS = ("GetItem", "BatchGetItem", "Query")


@dataclass
class Call:
    """One call to AWS: what was sent, what came back, what it is billed as."""

    operation: str
    sent: str
    answer: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    reads: float = 0.0
    partitions: Counter[str] = field(default_factory=Counter)
    """Write units by the partition of a table or index that takes them."""

    @property
    def writes(self) -> int:
        return self.partitions.total()

    @property
    def bytes_written(self) -> int:
        return 0 if self.operation in _READS else len(self.sent.encode())


class Recorder:
    """Writes down every call of some clients while they talk to moto. `plain` is a DynamoDB client of its own."""

    def __init__(self, clients: Iterable[Any], plain: Any) -> None:
        self.calls: list[Call] = []
        self._tables = Tables(plain)
        self._before: list[Item] = []
        for client in clients:
            client.meta.events.register_first("before-send", self._note)
            client.meta.events.register("response-received", self._weigh)

    def take(self) -> list[Call]:
        """The calls since the last time."""
        calls, self.calls = self.calls, []
        return calls

    def _note(self, request: Any, event_name: str, **_: Any) -> None:
        body = request.body if isinstance(request.body, bytes) else b""
        call = Call(event_name.rpartition(".")[2], body.decode("utf-8", "replace"))
        self.calls.append(call)
        self._before = [self._tables.image(*write) for write in _writes(call)]

    def _weigh(self, response_dict: Any, parsed_response: Any, **_: Any) -> None:
        call = self.calls[-1]
        if not call.sent.startswith("{"):
            return  # of S3, whose calls are counted but not weighed
        call.answer = response_dict["body"].decode()
        call.headers = {name: str(value) for name, value in response_dict["headers"].items()}
        call.reads = read_units(call.operation, _json(call), parsed_response)
        transaction = call.operation == "TransactWriteItems"
        for (kind, arguments), before in zip(_writes(call), self._before, strict=True):
            after = self._tables.image(kind, arguments)
            table = arguments["TableName"]
            keys, indexes = self._tables.keys(table), self._tables.indexes(table)
            call.partitions.update(writes_by_partition(before, after, keys, indexes, transaction))


def _json(call: Call) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(call.sent)
    return parsed


def _writes(call: Call) -> list[tuple[str, Any]]:
    return writes_of(call.operation, _json(call)) if call.sent.startswith("{") else []


class _Body(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


class Replay:
    """Answers the calls of some clients from a record: reads as they were asked, anything else by its operation.
    Nothing leaves the process; what was not recorded raises LookupError."""

    def __init__(self, clients: Iterable[Any]) -> None:
        self._answers: dict[Any, Call] = {}
        for client in clients:
            client.meta.events.register_first("before-send", self._answer)

    def play(self, calls: Iterable[Call]) -> None:
        self._answers = {_name(call.operation, call.sent): call for call in calls}

    def _answer(self, request: Any, event_name: str, **_: Any) -> Any:
        operation = event_name.rpartition(".")[2]
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        call = self._answers.get(_name(operation, body))
        if call is None:
            raise LookupError(f"{operation} was not recorded: {body[:500]}")
        return answered(request, call.answer, call.headers)


def answered(request: Any, text: str, headers: Mapping[str, str] | None = None) -> Any:
    """The response to a request of botocore's, as if it came from AWS."""
    from botocore.awsrequest import AWSResponse

    return AWSResponse(request.url, 200, headers or {"content-type": _JSON}, _Body(text.encode()))


def _name(operation: str, sent: str) -> tuple[str, str]:
    return (operation, sent if operation in _READS else "")


def dump(calls: Iterable[Call]) -> list[dict[str, Any]]:
    return [{**vars(call), "partitions": dict(call.partitions)} for call in calls]


def load(dumped: Iterable[dict[str, Any]]) -> list[Call]:
    return [Call(**{**call, "partitions": Counter(call["partitions"])}) for call in dumped]
