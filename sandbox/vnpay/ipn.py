"""The IPN: VNPay tells the merchant's server the result, and calls again until it is acknowledged.

VNPay's rule: GET with the result in the query; RspCode 00 or 02 ends it, anything else (another code, another HTTP
status, a timeout) is a failure; at most 10 calls in all, 5 minutes apart.
"""

import asyncio
import json
import time
from collections.abc import Callable

import aiohttp
from yarl import URL

from sandbox.faults import Fault, Faults
from sandbox.vnpay.cashier import join_query
from sandbox.vnpay.model import IpnTry, Ledger, Payment
from sandbox.vnpay.settings import Settings
from sandbox.vnpay.signing import signed_query

MODES = ("normal", "before_return", "after_return", "none", "slow", "twice", "pay_twice", "bad_signature", "wrong_amount")
METHODS = ("GET", "POST_FORM", "POST_JSON")
_AFTER_RETURN_SECONDS = 1.0
_MOST_BODY = 500


class Postman:
    """Delivers results in the background and records every try with its answer."""

    def __init__(self, ledger: Ledger, settings: Settings, faults: Faults, changed: Callable[[], None]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._faults = faults
        self._changed = changed
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Opens the connection pool and takes up deliveries that a restart interrupted."""
        # No cookies, no limit: what scripts ask to be sent at once must leave at once.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar())
        for payment in self._ledger.payments.values():
            if payment.ipn_pending:
                self._deliver_in_background(payment)

    async def stop(self) -> None:
        self.forget()
        if self._session is not None:
            await self._session.close()

    def forget(self) -> None:
        """Drops all deliveries under way."""
        for task in self._tasks:
            task.cancel()

    def begin(self, payment: Payment, slow_seconds: float | None = None) -> asyncio.Event:
        """Starts the delivery of a finished payment; the event is set when its first answer (or failure) is in."""
        terminal = self._ledger.terminals[payment.tmn_code]
        payment.ipn_pending = payment.ipn_mode != "none" and bool(terminal.ipn_url)
        slow = self._settings.slow_seconds if slow_seconds is None else slow_seconds
        payment.ipn_next_at = time.time() + {"after_return": _AFTER_RETURN_SECONDS, "slow": slow}.get(payment.ipn_mode, 0)
        return self._deliver_in_background(payment)

    async def send(self, url: str, query: str, fields: dict[str, str], *, kind: str, method: str) -> IpnTry:
        """One call, whatever comes of it."""
        address = join_query(url, query) if method == "GET" else url
        call = IpnTry(kind=kind, method=method, url=address, at=time.strftime("%Y-%m-%dT%H:%M:%S%z"))
        started = time.monotonic_ns()
        try:
            await self._exchange(call, query, fields)
        except TimeoutError:
            call.error = "timeout"
        except (aiohttp.ClientError, ValueError, OSError) as error:
            call.error = type(error).__name__
        call.milliseconds = (time.monotonic_ns() - started) // 1_000_000
        return call

    async def _exchange(self, call: IpnTry, query: str, fields: dict[str, str]) -> None:
        assert self._session is not None  # noqa: S101 - started before it is given work
        data, headers = _request_body(call.method, query, fields)
        timeout = aiohttp.ClientTimeout(total=self._settings.ipn_timeout)
        # encoded=True: the query must arrive byte for byte as it was signed.
        request = self._session.request(
            "POST" if data else "GET",
            URL(call.url, encoded=True),
            data=data,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
        )
        async with request as response:
            call.status = response.status
            _read_answer(call, await response.text(errors="replace"))

    def _deliver_in_background(self, payment: Payment) -> asyncio.Event:
        first_answer = asyncio.Event()
        task = asyncio.create_task(self._deliver(payment, first_answer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return first_answer

    async def _deliver(self, payment: Payment, first_answer: asyncio.Event) -> None:
        try:
            while payment.ipn_pending:
                await asyncio.sleep(max(0.0, payment.ipn_next_at - time.time()))
                call = await self._call(payment)
                payment.ipn.append(call)
                self._plan_next(payment, call)
                self._changed()
                if payment.ipn_next_at > time.time():
                    first_answer.set()
        finally:
            first_answer.set()

    def _plan_next(self, payment: Payment, call: IpnTry) -> None:
        calls = sum(1 for one in payment.ipn if one.kind == "auto")
        first_of_two = payment.ipn_mode == "pay_twice" and _acknowledged(payment) == 1
        payment.ipn_next_at = time.time() + self._settings.ipn_interval
        if call.acknowledged:
            payment.ipn_pending = first_of_two or (payment.ipn_mode == "twice" and calls == 1)
            payment.ipn_next_at = time.time()
        elif calls >= self._settings.ipn_calls:
            payment.ipn_pending = False

    async def _call(self, payment: Payment) -> IpnTry:
        terminal = self._ledger.terminals[payment.tmn_code]
        fault = self._faults.take("ipn")
        fields = payment.result_fields(second=_acknowledged(payment) > 0)
        if payment.ipn_mode == "wrong_amount" or (fault and fault.mode == "tampered"):
            fields["vnp_Amount"] = str((payment.amount + 1_000) * 100)
        query = signed_query(terminal.hash_secret, fields)
        if payment.ipn_mode == "bad_signature" or (fault and fault.mode == "garbage"):
            query = spoil_signature(query)
        if fault and fault.mode == "drop":
            call = IpnTry("auto", "GET", join_query(terminal.ipn_url, query), time.strftime("%Y-%m-%dT%H:%M:%S%z"))
            call.error = "dropped by a fault"
            return call
        if fault and fault.mode == "slow":
            await asyncio.sleep(fault.seconds)
        call = await self.send(terminal.ipn_url, query, fields, kind="auto", method="GET")
        return _lose_answer(call, fault)


def _acknowledged(payment: Payment) -> int:
    return sum(1 for one in payment.ipn if one.kind == "auto" and one.acknowledged)


def spoil_signature(query: str) -> str:
    """The query with another last hex digit of its signature."""
    return query[:-1] + ("0" if query[-1] != "0" else "1")


def _request_body(method: str, query: str, fields: dict[str, str]) -> tuple[str | None, dict[str, str]]:
    if method == "POST_FORM":
        return query, {"Content-Type": "application/x-www-form-urlencoded"}
    if method == "POST_JSON":
        return json.dumps(fields), {"Content-Type": "application/json"}
    return None, {}


def _lose_answer(call: IpnTry, fault: Fault | None) -> IpnTry:
    if fault and fault.mode in {"500", "lost"}:
        call.status, call.rsp_code, call.error = None, None, "answer lost by a fault"
    return call


def _read_answer(call: IpnTry, text: str) -> None:
    call.body = text[:_MOST_BODY]
    try:
        answer = json.loads(text)
    except ValueError:
        return
    if isinstance(answer, dict):
        code, message = answer.get("RspCode"), answer.get("Message")
        call.rsp_code = code if isinstance(code, str) else None
        call.message = message if isinstance(message, str) else None
