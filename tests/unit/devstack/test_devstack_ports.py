"""What is said when a port cannot be had."""

import errno
import socket

import pytest

from payments_site.devstack.errors import DevstackError
from payments_site.devstack.ports import check_ports, free_ports


def _ports(**changed):
    names = ("PORT", "SANDBOX_PORT", "SHOP_PORT")
    return {**dict(zip(names, map(str, free_ports(3)), strict=True)), **changed}


def test_free_ports_pass():
    check_ports(_ports())


def test_a_taken_port_is_named_with_its_user_and_the_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DevstackError) as refusal:
            check_ports(_ports(SANDBOX_PORT=str(port)))
    assert f"Port {port} is already in use" in str(refusal.value)
    assert "the provider sandbox cannot start" in str(refusal.value)
    assert "make run SANDBOX_PORT=" in str(refusal.value)


@pytest.mark.parametrize("text", ["", "web", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_refused_by_name(text):
    with pytest.raises(DevstackError, match=f"SHOP_PORT={text} is not a port"):
        check_ports(_ports(SHOP_PORT=text))


def test_two_programs_cannot_have_one_port():
    port = str(free_ports(1)[0])
    with pytest.raises(DevstackError, match=f"SANDBOX_PORT and PORT are both {port}"):
        check_ports(_ports(PORT=port, SANDBOX_PORT=port))


class Reserved(socket.socket):
    def bind(self, address):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_a_port_of_roots_is_said_plainly(monkeypatch):
    monkeypatch.setattr(socket, "socket", Reserved)
    with pytest.raises(DevstackError, match="reserved for root"):
        check_ports({"PORT": "81", "SANDBOX_PORT": "82", "SHOP_PORT": "83"})


def test_free_ports_differ():
    assert len(set(free_ports(20))) == 20
