"""The ports of the stack on this machine, and what to say when one is taken."""

import socket
from collections.abc import Mapping

from payments_site.devstack.errors import DevstackError

USERS = {"PORT": "the web server", "SANDBOX_PORT": "the provider sandbox", "SHOP_PORT": "the demo shop"}


def check_ports(environ: Mapping[str, str]) -> None:
    """DevstackError, in a sentence with the way out, unless all three ports are numbers, different and free."""
    seen: dict[int, str] = {}
    for variable, user in USERS.items():
        text = environ[variable]
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise DevstackError(f"{variable}={text} is not a port. Give a number from 1 to 65535.")
        port = int(text)
        if port in seen:
            raise DevstackError(f"{variable} and {seen[port]} are both {port}. Give {variable} another number.")
        seen[port] = variable
        _check_free(port, variable, user)


def _check_free(port: int, variable: str, user: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise DevstackError(
                f"Port {port} is reserved for root, so {user} cannot use it. Choose one from 1024 up: "
                f"make run {variable}=8{port:03d}"
            ) from None
        except OSError:
            raise DevstackError(
                f"Port {port} is already in use by another program, so {user} cannot start. Stop that program, or "
                f"choose another port: make run {variable}={_free_port()}"
            ) from None


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _free_port() -> int:
    return free_ports(1)[0]
