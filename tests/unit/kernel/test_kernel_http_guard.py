"""Which addresses no callback may reach, however they are spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_site.kernel.http import is_private_address, url_points_inside

NONE_ALLOWED = frozenset()
INSIDE = """
127.0.0.1 127.255.255.254 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 169.254.0.1 100.64.0.1
0.0.0.0 0.1.2.3 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
::1 :: fe80::1 fe80::1%eth0 fc00::1 fd12:3456::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
2002:7f00:1:: 2002:a00:1:: 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 ::127.0.0.1 ::a00:1 100::1 2001:db8::1 2001::1
""".split()  # noqa: SIM905
OUTSIDE = """
8.8.8.8 1.1.1.1 113.190.0.1 172.15.255.255 172.32.0.1 192.167.1.1 2606:4700::1111 64:ff9b::808:808 2002:808:808::
""".split()  # noqa: SIM905


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_private(address):
    assert is_private_address(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_addresses_outside_are_not(address):
    assert not is_private_address(address)


@pytest.mark.parametrize("text", ["", "shop.example", "1.2.3", "1.2.3.4.5", "256.1.1.1", "g::1"])
def test_what_is_no_address_counts_as_private(text):
    assert is_private_address(text)


SPELLINGS = """
http://2130706433/ http://0x7f000001/ http://017700000001/ http://127.1/ http://127.0.1/ http://0x7f.0x0.0x0.0x1/ http://0177.0.0.1/
http://0/ http://3232235521/ http://0xa9fea9fe/ http://2852039166/ http://[::1]/ http://[::ffff:7f00:1]/ http://[0:0:0:0:0:0:0:1]/
http://localhost/ http://LOCALHOST/ http://localhost./ http://a.localhost/ http://printer.local/ http://metadata.google.internal/
http://intranet/ http://127.0.0.1./ http://user:pw@10.0.0.1/ http://10.0.0.1:8080/a?b#c https://[fe80::1%25eth0]/ http:/// http://
""".split()  # noqa: SIM905


@pytest.mark.parametrize("url", SPELLINGS)
def test_urls_that_point_inside_are_seen_through(url):
    assert url_points_inside(url, NONE_ALLOWED)


@pytest.mark.parametrize(
    "url",
    ["https://shop.example/hook", "http://8.8.8.8/", "http://134744072/", "https://[2606:4700::1111]/", "https://localhost.example.com/",
     "https://10.0.0.1.example.com/", "https://xn--ca-hng-0za.vn/"],
)  # fmt: skip
def test_urls_that_point_outside_are_not_refused(url):
    assert not url_points_inside(url, NONE_ALLOWED)


def test_a_host_that_operators_allowed_is_let_through_and_no_other():
    allowed = frozenset({"localhost", "10.0.0.5"})
    assert not url_points_inside("http://localhost:9000/", allowed)
    assert not url_points_inside("http://LOCALHOST./", allowed)
    assert not url_points_inside("http://10.0.0.5/", allowed)
    assert url_points_inside("http://10.0.0.6/", allowed)
    assert url_points_inside("http://a.localhost/", allowed)


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_an_address_is_judged_alike_in_decimal_hexadecimal_and_mapped(number):
    dotted = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    private = is_private_address(dotted)
    assert url_points_inside(f"http://{dotted}/", NONE_ALLOWED) is private
    assert url_points_inside(f"http://{number}/", NONE_ALLOWED) is private
    assert url_points_inside(f"http://0x{number:x}/", NONE_ALLOWED) is private
    assert url_points_inside(f"http://[::ffff:{dotted}]/", NONE_ALLOWED) is private
