"""The circuits in a real Valkey: when they open, who probes, and what is asked in how many steps."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from transactions.providers.breaker import Refused, Verdict, passage
from transactions.providers.circuits import Circuits, State, Thresholds


class Trouble(Exception):
    pass


class Refusal(Exception):
    pass


class OurFault(Exception):
    pass


VERDICTS = {Trouble: Verdict.TROUBLE, Refusal: Verdict.ANSWERED}


class Line:
    """Calls through one circuit; ``told`` is what changed by them."""

    def __init__(self, circuits: Circuits, name: str, lease_seconds: int = 30) -> None:
        self.circuits, self.name, self.lease_seconds = circuits, name, lease_seconds
        self.told: list[bool] = []

    def passage(self):
        judge = lambda error: VERDICTS.get(type(error), Verdict.NOTHING)  # noqa: E731
        return passage(self.circuits, self.name, lease_seconds=self.lease_seconds, judge=judge, tell=self.told.append)

    def call(self, *errors: type[Exception] | None) -> None:
        """One call after the other, each ending as named."""
        for error in errors:
            try:
                with self.passage():
                    if error is not None:
                        raise error
            except (Trouble, Refusal, OurFault):
                continue

    @property
    def state(self) -> State:
        return self.circuits.look([self.name])[self.name].state

    def open(self) -> None:
        self.call(*[Trouble] * self.circuits.thresholds.failures)
        assert self.state is State.OPEN

    def half_open(self) -> None:
        self.open()
        time.sleep(self.circuits.thresholds.open_seconds + 0.05)
        assert self.state is State.HALF_OPEN


@pytest.fixture
def circuits(redis_url):
    return Circuits(Redis.from_url(redis_url), Thresholds(failures=3, window_seconds=1, open_seconds=1))


@pytest.fixture
def line(circuits, name):
    return Line(circuits, name)


def test_it_opens_after_so_many_failures_in_a_row_and_says_so_once(line):
    line.call(Trouble, Trouble)
    assert (line.state, line.told) == (State.CLOSED, [])
    line.call(Trouble)
    assert (line.state, line.told) == (State.OPEN, [True])
    with pytest.raises(Refused):
        line.call(None)


def test_an_answer_breaks_the_row_and_a_refusal_is_an_answer(line):
    line.call(Trouble, Trouble, None, Trouble, Trouble, Refusal, Trouble, Trouble)
    assert line.state is State.CLOSED


def test_a_fault_of_ours_neither_breaks_the_row_nor_counts(line):
    line.call(Trouble, OurFault, OurFault, OurFault, Trouble)
    assert line.state is State.CLOSED
    line.call(Trouble)
    assert line.state is State.OPEN


def test_failures_that_are_too_far_apart_do_not_open_it(circuits, line):
    line.call(Trouble, Trouble)
    time.sleep(circuits.thresholds.window_seconds + 0.05)
    line.call(Trouble, Trouble)
    assert line.state is State.CLOSED


def test_the_error_of_the_call_comes_out_as_it_is(line):
    for _ in range(3):
        with pytest.raises(Trouble, match="as it is"), line.passage():
            raise Trouble("as it is")
    assert line.state is State.OPEN


def test_a_call_that_ends_by_an_exhausted_iterator_is_not_a_success(line):
    with pytest.raises(StopIteration), line.passage():
        next(iter(()))


def test_a_probe_that_succeeds_closes_it_and_says_so_once(line):
    line.half_open()
    line.call(None, None)
    assert (line.state, line.told) == (State.CLOSED, [True, False])


def test_a_probe_that_fails_opens_it_again_without_another_word(line):
    line.half_open()
    line.call(Trouble)
    assert (line.state, line.told) == (State.OPEN, [True])


def test_a_probe_that_is_refused_by_the_provider_closes_it(line):
    line.half_open()
    line.call(Refusal)
    assert line.state is State.CLOSED


def test_only_one_call_probes_and_the_others_are_refused_meanwhile(circuits, line):
    line.half_open()
    with line.passage():
        assert line.state is State.PROBING
        with pytest.raises(Refused):
            Line(circuits, line.name).call(None)
    assert line.state is State.CLOSED


def test_a_probe_that_shows_nothing_leaves_the_next_call_to_probe(line):
    line.half_open()
    line.call(OurFault)
    assert (line.state, line.told) == (State.HALF_OPEN, [True])
    line.call(None)
    assert line.state is State.CLOSED


def test_a_dead_probe_blocks_only_until_its_lease_ends_and_counts_no_more(circuits, line):
    line.half_open()
    dead = circuits.admit(line.name, token="dead", lease_seconds=1)
    assert dead.state == State.HALF_OPEN
    with pytest.raises(Refused):
        line.call(None)
    time.sleep(1.05)
    with line.passage():
        assert not circuits.succeeded(line.name, token="dead")
        assert not circuits.failed(line.name, token="dead")
        circuits.release(line.name, token="dead")
        assert line.state is State.PROBING
    assert line.state is State.CLOSED


def test_a_probe_of_several_requests_keeps_its_lease(circuits, name):
    line = Line(circuits, name, lease_seconds=1)
    line.half_open()
    with line.passage() as probe:
        time.sleep(0.7)
        probe.renew()
        time.sleep(0.7)
        assert line.state is State.PROBING


def test_calls_that_began_before_it_opened_do_not_change_it_afterwards(circuits, line):
    line.call(Trouble, Trouble)
    with line.passage():
        line.call(Trouble)
    assert line.state is State.OPEN
    opened_at = circuits.look([line.name])[line.name].opened_at
    circuits.failed(line.name)
    assert circuits.look([line.name])[line.name].opened_at == opened_at


def test_circuits_are_apart(circuits, line, name):
    line.open()
    other = Line(circuits, f"{name}-other")
    other.call(None, Trouble)
    assert (line.state, other.state) == (State.OPEN, State.CLOSED)


def test_closing_by_hand_lets_calls_through_and_an_old_probe_does_not_matter(circuits, line):
    line.half_open()
    circuits.admit(line.name, token="old", lease_seconds=30)
    assert circuits.close(line.name)
    assert not circuits.close(line.name)
    assert not circuits.failed(line.name, token="old")
    assert line.state is State.CLOSED


def test_an_empty_redis_means_closed(circuits, line, redis_url):
    line.open()
    Redis.from_url(redis_url).flushdb()
    line.call(None)
    assert line.state is State.CLOSED


def sent_by(circuits: Circuits, act) -> int:
    """How many commands ``act`` sends to Redis, counted where they leave."""
    client = circuits._step.registered_client
    sent, send = [], client.execute_command
    client.execute_command = lambda *args, **options: (sent.append(args[0]), send(*args, **options))[1]
    try:
        act()
    finally:
        del client.execute_command
    return len(sent)


def test_the_states_of_many_accounts_cost_one_round_trip_and_a_healthy_call_one(circuits, line):
    names = [f"{line.name}-{number}" for number in range(20)]
    line.call(None)
    circuits.look(names)
    assert sent_by(circuits, lambda: circuits.look(names)) == 1
    assert sent_by(circuits, lambda: line.call(None)) == 1
    assert sent_by(circuits, lambda: line.call(Trouble)) == 2
