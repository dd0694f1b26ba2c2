"""Fair shares of the drain's window."""

from webhooks.outbound.parcel import Lane
from webhooks.outbound.window import FLOOR, START, Windows

A, QUICK, DEAD = Lane("a.example", 1), Lane("quick.example", 1), Lane("dead.example", 2)


def run(windows, lane, times, seconds, *, delivered=True):
    for _ in range(times):
        windows.enter(lane)
        windows.leave(lane, seconds, delivered=delivered)


def test_an_unknown_lane_has_the_first_share():
    windows = Windows(200, slow_after=5)
    windows.enter(A)
    assert (windows.start, windows.rooms(), windows.free) == (START, {A: START - 1}, 199)


def test_a_quick_lane_earns_up_to_half_the_window():
    windows = Windows(200, slow_after=5)
    run(windows, QUICK, 500, 0.01)
    assert windows.rooms() == {QUICK: 100}
    assert windows.free == 200


def test_a_slow_lane_loses_all_but_a_few_places():
    windows = Windows(200, slow_after=5)
    run(windows, QUICK, 500, 0.01)
    run(windows, DEAD, 16, 15, delivered=False)
    assert windows.rooms() == {QUICK: 100, DEAD: FLOOR}


def test_a_lane_that_comes_back_earns_its_places_again():
    windows = Windows(200, slow_after=5)
    run(windows, A, 16, 15, delivered=False)
    run(windows, A, 50, 0.01)
    assert windows.rooms() == {A: FLOOR + 50}


def test_quick_refusals_earn_nothing():
    windows = Windows(200, slow_after=5)
    run(windows, A, 50, 0.01, delivered=False)
    assert windows.rooms() == {}


def test_a_tiny_window_still_has_a_place_for_everyone():
    windows = Windows(1, slow_after=5)
    run(windows, A, 5, 15, delivered=False)
    assert windows.start == 1
    assert windows.rooms().get(A, windows.start) == 1


def test_two_endpoints_of_one_host_have_shares_of_their_own():
    windows = Windows(200, slow_after=5)
    ill, well = Lane("shop.example", 1, 7), Lane("shop.example", 1, 8)
    run(windows, ill, 16, 15, delivered=False)
    run(windows, well, 10, 0.01)
    assert windows.rooms() == {ill: FLOOR, well: START + 10}


def test_one_host_holds_half_the_window_however_many_call_it():
    windows = Windows(100, slow_after=5)
    for tenant in range(40):
        windows.enter(Lane("shared.example", tenant))
    shares = windows.shares(60)
    assert (shares.host_rooms, shares.host_room) == ({"shared.example": 10}, 50)


def test_all_slow_lanes_together_hold_half_the_window():
    windows = Windows(100, slow_after=5)
    lanes = [Lane(f"dead-{number}.example", 1) for number in range(30)]
    for lane in lanes:
        run(windows, lane, 4, 15, delivered=False)
    run(windows, QUICK, 20, 0.01)
    assert (windows.shares(100).slow, windows.shares(100).slow_room) == (frozenset(lanes), 50)
    for lane in lanes[:12]:
        for _ in range(FLOOR):
            windows.enter(lane)
    assert windows.shares(100).slow_room == 2


def test_what_ended_is_forgotten_with_its_host():
    windows = Windows(100, slow_after=5)
    run(windows, A, 3, 0.01, delivered=False)
    assert (windows.in_flight, windows.shares(9).host_rooms, windows.shares(9).rooms) == (0, {}, {})
