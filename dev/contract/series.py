"""Series of requests, taken one after the other by an adapter and the pure correlation: which alerts are live after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib import adapters
from chalicelib.adapters.kit.adapter import Action, Adapter, Outcome, adapt, key_of
from chalicelib.adapters.kit.examples import request_of
from chalicelib.adapters.kit.request import Request
from chalicelib.alerts import correlation
from chalicelib.alerts.correlation import Effect, Thread


def steps(slug: str, series: str) -> Iterator[tuple[dict[str, Any], Request]]:
    """The steps of a series with their requests; a step that names an example sends that one's."""
    for step in adapters.load_sequences(slug)[series]["sequence"]:
        case = adapters.load_examples(slug)[step["example"]] if "example" in step else step
        yield step, request_of(case)


@dataclass
class Desk:
    """An integration's alerts: the keys of the `live` ones by id, the ids of those that are acknowledged, and the ids
    of the live ones by their dedup keys."""

    adapter: Adapter
    threads: dict[str, Thread] = field(default_factory=dict)
    live: dict[str, str] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    claimed: dict[str, str] = field(default_factory=dict)

    def take(self, request: Request, number: int) -> Outcome:
        """Take the request of this number, counted from 1: numbers stand for the times of receipt."""
        stamp = f"{number:026}"
        request = replace(request, id=stamp)
        if self.adapter.needs_existing:
            live = key_of(self.adapter, request) in self.live.values()
            request = replace(request, existing={"status": "open"} if live else None)
        outcome = adapt(self.adapter, request)
        if outcome.thirdparty_id and outcome.action is not Action.OTHER:
            self._apply(outcome.action, outcome.thirdparty_id, stamp, outcome.alert.dedup_keys if outcome.alert else [])
        return outcome

    def _apply(self, action: Action, key: str, stamp: str, dedup_keys: list[str]) -> None:
        thread = self.threads.get(key, Thread())
        if action is Action.RESOLVE:
            decision = correlation.resolve(thread, stamp)
        elif action is Action.ACKNOWLEDGE:
            decision = correlation.acknowledge(thread, stamp)
        else:
            decision = correlation.create(thread, stamp, f"alert {stamp}", force=action is Action.RECREATE)
        shares = any(self.claimed.get(name) in self.live for name in dedup_keys)
        if decision.effect is Effect.OPEN and shares and action is not Action.RECREATE:
            return  # counted as a duplicate of the one with that dedup key
        self.threads[key] = decision.thread
        if decision.effect is Effect.OPEN:
            self.claimed |= dict.fromkeys(dedup_keys, str(decision.alert_id))
            self.live[str(decision.alert_id)] = key
        elif decision.effect is Effect.RESOLVE:
            self.live.pop(str(decision.alert_id), None)
        elif decision.effect is Effect.ACKNOWLEDGE:
            self.acknowledged.add(str(decision.alert_id))
        self.acknowledged &= set(self.live)
