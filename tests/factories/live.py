"""The live stack for tests: the web under gunicorn, the provider sandbox and a merchant's receiver, as real processes.

Everything works on the database of this pytest worker, with real commits, and is started when a test first asks for it. Use
tenants of your own (``Live.shop``): nothing is cleaned up but the processes.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection

from payments_site.devstack import spawn
from payments_site.devstack.environment import PROJECT, sandbox_addresses
from payments_site.devstack.ports import free_ports
from payments_site.devstack.readiness import http_answers
from tests.factories.receiver import Receiver, running_receiver
from tests.factories.world import Role, World, make_world
from tests.payloads.vnpay_sign import ipn_fields, sign

FORM = "application/x-www-form-urlencoded"
ORDER: dict[str, Any] = {
    "amount": 100_000,
    "currency": "VND",
    "description": "Thanh toán đơn hàng",
    "provider_code": "vnpay",
    "return_url": "https://shop.example/done",
}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; redirects are not followed."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def text(self) -> str:
        return self.body.decode()


def call(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """One request on a connection of its own; a dict or list goes as JSON, text as a form. OSError where nobody answers."""
    parts = urlsplit(url)
    kind = {"Content-Type": FORM if isinstance(body, str) else "application/json"} if body is not None else {}
    data = body.encode() if isinstance(body, str) else body if isinstance(body, bytes | None) else json.dumps(body).encode()
    link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        link.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), data, kind | (headers or {}))
        answer = link.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        link.close()


def wait_until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """What ``condition`` gives once it is true; fails after the time, however long it took before."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
    return found


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run every job in a thread of its own, all released by one barrier; their results in order. A failure is raised."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)
    failures: list[BaseException] = []

    def run(position: int) -> None:
        try:
            barrier.wait(30)
            results[position] = jobs[position]()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if failures:
        raise failures[0]
    return results


def sql(query: str, *values: Any) -> Any:
    """The first column of the first row: facts are counted in the database, not believed from an answer."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return row[0] if row else None


@dataclass
class Web:
    """A running web process (gunicorn master and its workers)."""

    base: str
    process: subprocess.Popen[bytes]
    log: Path

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """One request to it."""
        return call(method, self.base + path, body, headers)


@dataclass
class Shop:
    """A tenant of the live stack, with its terminal at the sandbox."""

    live: Live
    world: World
    role: Role

    @property
    def notify_path(self) -> str:
        return f"/api/v1/webhooks/vnpay/{self.role.account_id}"

    def post(self, *, key: str | None = None, web: Web | None = None, **changes: Any) -> Answer:
        """A create; ``key`` is the idempotency key. None takes a field away."""
        body = {**ORDER, "order_id": f"ORD-{secrets.token_hex(6)}", **changes}
        body = {name: value for name, value in body.items() if value is not None}
        headers = self.role.headers | ({"X-Idempotency-Key": key} if key else {})
        return (web or self.live.web).call("POST", f"{self.role.base}/transactions", body, headers)

    def create(self, **changes: Any) -> dict[str, Any]:
        """The data of a create that succeeds."""
        answer = self.post(**changes)
        assert answer.status == 201, answer.text
        return dict(answer.data)

    def show(self, transaction_id: str) -> dict[str, Any]:
        """GET's data."""
        answer = self.live.web.call("GET", f"{self.role.base}/transactions/{transaction_id}", headers=self.role.headers)
        assert answer.status == 200, answer.text
        return dict(answer.data)

    def control(self, path: str, **body: Any) -> Any:
        """A call of the sandbox's control API."""
        answer = call("POST", f"{self.live.sandbox}/_control/vnpay/{path}", body)
        assert answer.status < 300, answer.text
        return answer.json

    def register(self, *, web: Web | None = None) -> None:
        """The terminal at the sandbox; its notices go to ``web``."""
        address = (web or self.live.web).base + self.notify_path
        self.control("terminals", tmn_code=self.role.tmn_code, hash_secret=self.role.hash_secret, ipn_url=address, name="Acme")

    def pay(self, payment: dict[str, Any], outcome: str = "pay", **more: Any) -> dict[str, Any]:
        """The payer ends the payment at the sandbox; what the sandbox tells of it, the IPN's answers included."""
        return dict(self.control("pay", payment_url=payment["payment_url"], outcome=outcome, **more))

    def fields(self, payment: dict[str, Any], **changes: str) -> dict[str, str]:
        """An IPN's fields for a payment; ``vnp_`` is put before the names of ``changes``."""
        reference = sql(
            "SELECT provider_reference FROM transactions_paymentattempt a JOIN transactions_transaction t"
            " ON t.id = a.transaction_id WHERE t.public_id = %s ORDER BY a.id LIMIT 1",
            payment["transaction_id"],
        )
        number = str(14_000_000 + int.from_bytes(payment["transaction_id"].encode()) % 900_000)
        fields = ipn_fields(tmn_code=self.role.tmn_code, reference=reference, amount=payment["amount"], number=number)
        return fields | {f"vnp_{name}": value for name, value in changes.items()}

    def notify(
        self, fields: dict[str, str], *, method: str = "GET", path: str | None = None, secret: str | None = None
    ) -> Answer:
        """Send an IPN signed by the tests' own code, as a GET, POST_FORM or POST_JSON."""
        return self.notify_raw(sign(fields, secret or self.role.hash_secret), method=method, path=path)

    def notify_raw(self, query: str, *, method: str = "GET", path: str | None = None) -> Answer:
        """Send this query string as it is."""
        url = self.live.web.base + (path or self.notify_path)
        if method == "GET":
            return call("GET", f"{url}?{query}" if query else url)
        return call("POST", url, query if method == "POST_FORM" else as_json(query))


def as_json(query: str) -> bytes:
    """The fields of a signed query as a JSON document (a repeated field stays repeated)."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return ("{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in pairs) + "}").encode()


class Live:
    """The processes; each is started when first asked for."""

    def __init__(self, database_url: str, place: Path) -> None:
        self.database_url, self.place = database_url, place
        self._closing = contextlib.ExitStack()

    @cached_property
    def sandbox(self) -> str:
        """Where the provider sandbox listens."""
        log = self.place / "sandbox.log"
        settings = {"SANDBOX_PORT": "0", "SANDBOX_VNPAY_IPN_INTERVAL": "0.5"}
        self.spawn([sys.executable, "-m", "sandbox"], log, **settings)
        return str(wait_until(lambda: re.search(r"listening on (http://\S+)\n", log.read_text()))[1])

    @cached_property
    def receiver(self) -> Receiver:
        """A merchant's server for callbacks."""
        return self._closing.enter_context(running_receiver())

    @cached_property
    def web(self) -> Web:
        """The web that most tests share."""
        return self.start_web("web")

    def start_web(self, name: str, *, workers: int = 1, **environment: str) -> Web:
        """A web process of its own, with ``environment`` on top."""
        [port] = free_ports(1)
        base, log = f"http://127.0.0.1:{port}", self.place / f"{name}.log"
        command = [sys.executable, "-m", "gunicorn", "payments_site.wsgi:application", "--bind", f"127.0.0.1:{port}"]
        command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", "16", "--keep-alive", "5"]
        command += ["--no-control-socket", "--log-level", "warning", "--graceful-timeout", "3"]
        process = self.spawn(command, log, PORT=str(port), PUBLIC_BASE_URL=base, **environment)
        wait_until(lambda: process.poll() is not None or http_answers(f"{base}/api/v1/version"), 60)
        assert process.poll() is None, log.read_text()
        return Web(base, process, log)

    def run(self, *arguments: str, **environment: str) -> str:
        """``manage.py`` with these arguments to its end; what it printed."""
        log = self.place / f"{arguments[0]}-{secrets.token_hex(3)}.log"
        process = self.spawn([sys.executable, "manage.py", *arguments], log, **environment)
        assert process.wait(60) == 0, log.read_text()
        return log.read_text()

    def drain(self, **environment: str) -> str:
        """Deliver every callback that is due."""
        return self.run("drain_callbacks", "--once", **environment)

    def shop(self, *, callback_path: str = "") -> Shop:
        """New tenants with nothing in them; ``acme`` has a terminal at the sandbox. Without a path nobody is called back."""
        world = make_world(callback_url=self.receiver.url(callback_path) if callback_path else "")
        shop = Shop(self, world, world.acme)
        shop.register()
        return shop

    def spawn(self, command: list[str], log: Path, **environment: str) -> subprocess.Popen[bytes]:
        """A child that dies with this process, and is stopped with the stack."""
        with log.open("ab") as output:
            process = spawn.spawn(command, env=self.environment(**environment), cwd=PROJECT, output=output)
        self._closing.callback(stop, process)
        return process

    def environment(self, **more: str) -> dict[str, str]:
        """What the children see: this worker's own database, everything else as the tests."""
        sandbox = self.__dict__.get("sandbox") or ("" if "SANDBOX_PORT" in more else self.sandbox)
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.factories.live_settings",
            "DATABASE_URL": self.database_url,
            **sandbox_addresses(sandbox),
            "CALLBACK_ALLOWED_HOSTS": "127.0.0.1,localhost",
            "PYTHONUNBUFFERED": "1",
            **more,
        }

    def close(self) -> None:
        """Stop everything, the newest first; may be repeated."""
        self._closing.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a child by its own pid."""
    spawn.stop(process, (signal.SIGTERM, 8.0))


_shared: dict[int, Live] = {}


@pytest.fixture(scope="session")
def _live_stack(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One stack a worker, however many conftest files import this; closed before the test database is dropped."""
    with django_db_blocker.unblock():
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    live = _shared.setdefault(os.getpid(), Live(url, tmp_path_factory.mktemp("live")))
    yield live
    live.close()


@pytest.fixture
def live(_live_stack: Live, committed_db: None) -> Live:
    """The live stack, with real commits in the test itself."""
    return _live_stack


@pytest.fixture
def shop(live: Live) -> Shop:
    """A new tenant of the live stack."""
    return live.shop()


__all__ = ["_live_stack", "live", "shop"]
