"""Promises P3 and P4: one alert per key, and the order of receipt decides, not the order of processing."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.alerts.correlation import Decision, Effect, Thread, acknowledge, create, resolve

CREATE, RESOLVE, ACKNOWLEDGE = "create", "resolve", "acknowledge"


@dataclass
class World:
    """The smallest store that obeys decisions."""

    thread: Thread = field(default_factory=Thread)
    status: dict[str, str] = field(default_factory=dict)
    dedup_count: dict[str, int] = field(default_factory=dict)

    def process(self, action: str, stamp: str) -> Decision:
        before, decision = self.thread, self.decide(action, stamp)
        self.thread = decision.thread
        alert = decision.alert_id or ""
        if decision.effect in (Effect.OPEN, Effect.RECORD):
            self.dedup_count[alert] = 0
            born = "acknowledged" if decision.acknowledged else "open"
            self.status[alert] = "resolved" if decision.effect is Effect.RECORD else born
        elif decision.effect is Effect.COUNT:
            counted_in_the_thread = decision.thread.live == alert
            assert decision.thread.duplicates == before.duplicates + counted_in_the_thread
            self.dedup_count[alert] += 1
            if decision.acknowledged and self.status[alert] == "open":
                self.status[alert] = "acknowledged"
        elif decision.effect is Effect.RESOLVE:
            self.status[alert] = "resolved"
        elif decision.effect is Effect.ACKNOWLEDGE and self.status[alert] == "open":
            self.status[alert] = "acknowledged"
        return decision

    def decide(self, action: str, stamp: str) -> Decision:
        if action == CREATE:
            return create(self.thread, stamp, f"alert-{stamp}")
        return resolve(self.thread, stamp) if action == RESOLVE else acknowledge(self.thread, stamp)

    @property
    def final(self) -> str:
        """Status of the alert that is live, or 'nothing live'."""
        return self.status[self.thread.live] if self.thread.live else "nothing live"


def run(events: list[tuple[str, str]]) -> World:
    world = World()
    for action, stamp in events:
        world.process(action, stamp)
    return world


@st.composite
def received_and_processed(draw):
    actions = draw(st.lists(st.sampled_from([CREATE, CREATE, RESOLVE, ACKNOWLEDGE]), min_size=1, max_size=9))
    received = [(action, f"{index:02}") for index, action in enumerate(actions, start=1)]
    return received, draw(st.permutations(received))


@settings(max_examples=1500, deadline=None)
@given(received_and_processed())
def test_the_order_of_receipt_decides_whether_the_key_ends_live_or_resolved(case):
    received, processed = case
    assert (run(processed).thread.live is None) == (run(received).thread.live is None)


@settings(max_examples=1500, deadline=None)
@given(received_and_processed())
def test_every_create_is_counted_exactly_once(case):
    received, processed = case
    world = run(processed)
    creates = sum(action == CREATE for action, _ in received)
    assert len(world.status) + sum(world.dedup_count.values()) == creates


@settings(max_examples=1000, deadline=None)
@given(received_and_processed())
def test_at_most_one_alert_is_left_unresolved(case):
    _, processed = case
    world = run(processed)
    unresolved = [alert for alert, status in world.status.items() if status != "resolved"]
    assert unresolved == ([world.thread.live] if world.thread.live else [])


@settings(max_examples=500, deadline=None)
@given(st.integers(1, 6), st.data())
def test_creates_then_one_resolve_give_the_same_alert_in_every_order(count, data):
    received = [(CREATE, f"{index:02}") for index in range(count)] + [(RESOLVE, "99")]
    world = run(data.draw(st.permutations(received)))
    assert list(world.status.values()) == ["resolved"]
    assert list(world.dedup_count.values()) == [count - 1]


def test_a_resolve_processed_before_its_create_leaves_a_resolved_alert():
    world = run([(RESOLVE, "02"), (CREATE, "01")])
    assert world.status == {"alert-01": "resolved"}


def test_an_acknowledge_processed_before_its_create_leaves_an_acknowledged_alert():
    assert run([(ACKNOWLEDGE, "02"), (CREATE, "01")]).final == "acknowledged"


def test_an_acknowledge_counts_once_the_create_before_it_arrives():
    assert run([(CREATE, "03"), (ACKNOWLEDGE, "02"), (CREATE, "01")]).final == "acknowledged"


def test_scenario_agg_2_a_duplicate_is_counted_and_a_resolve_makes_room_for_a_new_alert():
    world = run([(CREATE, "01"), (CREATE, "02"), (RESOLVE, "03"), (CREATE, "04")])
    assert world.status == {"alert-01": "resolved", "alert-04": "open"}
    assert world.dedup_count == {"alert-01": 1, "alert-04": 0}


def test_a_suppressed_alert_does_not_absorb():
    thread = Thread(live="a", absorbs=False, opened="01", last_create="01")
    assert create(thread, "02", "b").effect is Effect.OPEN
    assert resolve(thread, "02").effect is Effect.RESOLVE


def test_recreate_makes_an_alert_although_one_is_live():
    thread = create(Thread(), "01", "a").thread
    decision = create(thread, "02", "b", force=True)
    assert (decision.effect, decision.thread.live) == (Effect.OPEN, "b")
