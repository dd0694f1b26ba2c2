"""Fair shares of the drain's window."""

from webhooks.outbound.window import FLOOR, START, HostWindows


def run(windows, host, times, seconds, *, delivered=True):
    for _ in range(times):
        windows.enter(host)
        windows.leave(host, seconds, delivered=delivered)


def test_an_unknown_host_has_the_first_share():
    windows = HostWindows(200, slow_after=5)
    windows.enter("a")
    assert (windows.start, windows.rooms(), windows.free) == (START, {"a": START - 1}, 199)


def test_a_quick_host_earns_up_to_half_the_window():
    windows = HostWindows(200, slow_after=5)
    run(windows, "quick", 500, 0.01)
    assert windows.rooms() == {"quick": 100}
    assert windows.free == 200


def test_a_slow_host_loses_all_but_a_few_places():
    windows = HostWindows(200, slow_after=5)
    run(windows, "quick", 500, 0.01)
    run(windows, "dead", 16, 15, delivered=False)
    assert windows.rooms() == {"quick": 100, "dead": FLOOR}


def test_a_host_that_comes_back_earns_its_places_again():
    windows = HostWindows(200, slow_after=5)
    run(windows, "a", 16, 15, delivered=False)
    run(windows, "a", 50, 0.01)
    assert windows.rooms() == {"a": FLOOR + 50}


def test_quick_refusals_earn_nothing():
    windows = HostWindows(200, slow_after=5)
    run(windows, "a", 50, 0.01, delivered=False)
    assert windows.rooms() == {}


def test_a_tiny_window_still_has_a_place_for_everyone():
    windows = HostWindows(1, slow_after=5)
    run(windows, "a", 5, 15, delivered=False)
    assert windows.start == 1
    assert windows.rooms().get("a", windows.start) == 1
