"""Which addresses no callback may reach."""

import asyncio
import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from webhooks.outbound.guard import AddressRefusedError, GuardedResolver, refusal

ALLOWED = frozenset({"shop.internal", "10.1.2.3"})


class Names(AbstractResolver):
    """A name server that knows one answer."""

    def __init__(self, *addresses):
        self.addresses = addresses

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0) for address in self.addresses
        ]

    async def close(self):
        pass


def resolved(host, *addresses):
    answers = asyncio.run(GuardedResolver(ALLOWED, Names(*addresses)).resolve(host, 443))
    return [answer["host"] for answer in answers]


def test_a_public_name_leads_to_its_addresses():
    assert resolved("shop.example", "8.8.8.8", "2001:4860:4860::8888") == ["8.8.8.8", "2001:4860:4860::8888"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.88.99.1", "198.18.0.1", "224.0.0.1",
        "::1", "::", "fe80::1%eth0", "fd12::1", "::ffff:192.168.0.1", "64:ff9b::a00:1", "2002:a00:1::",
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused(address):
    with pytest.raises(AddressRefusedError):
        resolved("rebinding.example", address)


def test_one_private_address_among_public_ones_is_enough():
    with pytest.raises(AddressRefusedError):
        resolved("rebinding.example", "8.8.8.8", "10.0.0.1")


def test_an_allowed_name_may_lead_inside():
    assert resolved("Shop.Internal.", "10.0.0.1") == ["10.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/", "http://localhost:9/", "http://metadata/",
        "http://db.internal/", "http://169.254.169.254/latest", "http://user@10.0.0.1/",
        # Octal, hexadecimal, shortened; IPv6 that holds or leads to IPv4; letters that IDNA turns into digits.
        "http://0177.0.0.1/", "http://017700000001/", "http://0x7f000001/", "http://127.1/", "http://0/", "http://0xA9FEA9FE/",
        "http://[::ffff:10.0.0.1]/", "http://[::ffff:0:10.0.0.1]/", "http://[::10.0.0.1]/", "http://[64:ff9b::a9fe:a9fe]/",
        "http://[64:ff9b:1::a00:1]/", "http://[2002:a00:1::]/", "http://[2001:0:a00:1::]/", "http://[fd00::1]/",
        "http://[fe80::1%25eth0]/", "http://[fec0::1]/", "http://[::]/", "http://[ff02::1]/",
        "http://①②⑦.⓪.⓪.①/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http://ⓛocalhost/", "http://①⓪.①.②.④/",
    ],
)  # fmt: skip
def test_literal_and_local_addresses_are_refused_unasked(url):
    assert refusal(url, allowed_hosts=ALLOWED, require_https=False) == "the address belongs to a private network"


@pytest.mark.parametrize("url", ["ftp://shop.example/", "shop.example/hook", "", "http:///hook"])
def test_what_is_not_http_is_refused(url):
    assert refusal(url, allowed_hosts=ALLOWED, require_https=False) == "the URL is not an http address"


@pytest.mark.parametrize("url", ["http://8.8.8.8\\@10.0.0.1/", "http://8.8.8.8\\.shop.example/", "http://sh\u00adop.example/"])
def test_what_two_parsers_read_differently_is_refused(url):
    assert refusal(url, allowed_hosts=ALLOWED, require_https=False) != ""


def test_names_of_other_scripts_are_let_through():
    assert refusal("https://thanhtoán.example/hook", allowed_hosts=ALLOWED, require_https=False) == ""


def test_an_unreadable_url_is_refused():
    assert refusal("http://[::1/", allowed_hosts=ALLOWED, require_https=False) == "the URL cannot be read"


def test_https_may_be_required_of_all_but_the_allowed_hosts():
    assert refusal("http://shop.example/", allowed_hosts=ALLOWED, require_https=True) == "the URL is not https"
    assert refusal("https://shop.example/", allowed_hosts=ALLOWED, require_https=True) == ""
    assert refusal("http://shop.internal/", allowed_hosts=ALLOWED, require_https=True) == ""
    assert refusal("http://10.1.2.3:8080/", allowed_hosts=ALLOWED, require_https=True) == ""
