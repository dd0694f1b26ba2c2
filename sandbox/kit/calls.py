"""One call of a merchant's server to a provider's API: read once, answered once, spoilt when a fault says so."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable

from aiohttp import web

from sandbox.faults import Fault, answer_with_fault
from sandbox.state import JsonObject


@dataclass(frozen=True)
class Call:
    """What came in. `forced`: the provider's own code to refuse with once the signature was found good."""

    request: web.Request
    text: str
    forced: str | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        return self.request.headers


@dataclass(frozen=True)
class Answer:
    """What goes out: a JSON object or ready text."""

    body: JsonObject | str
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        if isinstance(self.body, str):
            return web.Response(text=self.body, status=self.status, content_type=self.content_type, headers=self.headers)
        return web.json_response(self.body, status=self.status, headers=self.headers)


Work = Callable[[Call], Answer | Awaitable[Answer]]


async def serve(request: web.Request, fault: Fault | None, work: Work, tamper: Callable[[Answer], Answer]) -> web.StreamResponse:
    """Does the work once and answers; the fault decides whether and how the answer arrives."""
    forced = fault.code if fault and fault.mode == "code" else None
    call = Call(request, await request.text(), forced)

    async def answer() -> web.StreamResponse:
        result = work(call)
        made = await result if isawaitable(result) else result
        return (tamper(made) if fault and fault.mode == "tampered" else made).response()

    return await answer_with_fault(request, fault, answer)


def tampered(answer: Answer) -> Answer:
    """The answer as somebody on the way would change it: another amount, or else the last letter of its signature."""
    if isinstance(answer.body, str):
        return Answer(answer.body[::-1], answer.status, answer.content_type, answer.headers)
    changed = dict(answer.body)
    if isinstance(changed.get("amount"), int):
        changed["amount"] += 1_000
    elif isinstance(changed.get("data"), dict) and isinstance(changed["data"].get("amount"), int):
        changed["data"] = changed["data"] | {"amount": changed["data"]["amount"] + 1_000}
    for name in ("signature", "mac", "checksum"):
        if isinstance(changed.get(name), str) and "amount" not in changed:
            changed[name] = spoil(changed[name])
    return Answer(changed, answer.status, answer.content_type, answer.headers)


def spoil(signature: str) -> str:
    """The signature with another last hex digit."""
    return signature[:-1] + ("0" if signature[-1:] != "0" else "1")
