"""DNS rebinding: names that change their minds between being judged and being called, by a name server of our own."""

import asyncio
import socket
from datetime import UTC, datetime

from aiohttp.abc import AbstractResolver, ResolveResult

from tests.factories.callbacks import new_secret
from webhooks.outbound.delivery import Rules, open_sender
from webhooks.outbound.parcel import Parcel

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
PRIVATE = "the address belongs to a private network"


class Rebinding(AbstractResolver):
    """Gives one answer after the other, the last one for ever, and counts the questions."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = 0

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked += 1
        address = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self):
        pass


def send(url, resolver, *, allowed=frozenset(), times=1):
    parcel = Parcel(1, NOW, 1, url, None, "evt_1", "txn_1", "tnt_1", b"{}", (new_secret(),))

    async def sending():
        rules = Rules(timeout=2, allowed_hosts=allowed, require_https=False)
        async with open_sender(rules, lambda: NOW, resolver) as sender:
            return [await sender.send(parcel) for _ in range(times)]

    return asyncio.run(sending())


def test_a_name_that_leads_to_us_is_never_connected_to(receiver):
    names = Rebinding("127.0.0.1")
    [result] = send(f"http://rebinding.example:{receiver.port}/hook", names)
    assert (result.error, result.status, names.asked, receiver.seen) == (PRIVATE, None, 1, [])


def test_the_address_that_was_judged_is_the_one_that_is_called(receiver):
    # Nobody answers at the first address; a client that asked again for the connection would reach the receiver.
    names = Rebinding("8.8.8.8", "127.0.0.1")
    [result] = send(f"http://rebinding.example:{receiver.port}/hook", names)
    assert result.error != ""
    assert result.error != PRIVATE
    assert (names.asked, receiver.seen) == (1, [])


def test_a_name_that_turns_inwards_between_two_tries_is_refused_at_the_second(receiver):
    first, second = Rebinding("8.8.8.8"), Rebinding("127.0.0.1")
    url = f"http://rebinding.example:{receiver.port}/hook"
    assert send(url, first)[0].error != PRIVATE
    assert send(url, second)[0].error == PRIVATE
    assert receiver.seen == []


def test_an_allowed_name_may_lead_to_us(receiver):
    names = Rebinding("127.0.0.1")
    [result] = send(f"http://shop.test:{receiver.port}/hook", names, allowed=frozenset({"shop.test"}))
    assert (result.status, len(receiver.seen)) == (200, 1)
    assert receiver.seen[0].headers["host"] == f"shop.test:{receiver.port}"


def test_odd_spellings_reach_no_resolver_and_nobody(receiver):
    names = Rebinding("8.8.8.8")
    for host in ("2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "①②⑦.⓪.⓪.①"):
        [result] = send(f"http://{host}:{receiver.port}/hook", names)
        assert result.error == PRIVATE, host
    assert (names.asked, receiver.seen) == (0, [])


def test_a_redirect_inside_is_not_followed(receiver):
    receiver.answer("/hook", 302, headers={"Location": receiver.url("/metadata")})
    url = f"http://shop.test:{receiver.port}/hook"
    [result] = send(url, Rebinding("127.0.0.1"), allowed=frozenset({"shop.test"}))
    assert (result.status, result.error) == (302, "answered 302; redirects are not followed")
    assert receiver.at("/metadata") == []
