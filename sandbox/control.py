"""What every provider's control API shares: reading a JSON body, and refusing in JSON."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.faults import MODES, Fault
from sandbox.state import JsonObject

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ControlError(Exception):
    """A control call that cannot be done; answered with this status and JSON body."""

    def __init__(self, message: str, *, status: int = 400, error_code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: JsonObject = {"error": message}
        if error_code is not None:
            self.body["error_code"] = error_code


@web.middleware
async def control_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Turns a ControlError of any handler into its JSON answer."""
    try:
        return await handler(request)
    except ControlError as error:
        return web.json_response(error.body, status=error.status)


async def read_object(request: web.Request) -> JsonObject:
    """The JSON object in the body (an empty body is an empty object), or ControlError 400."""
    text = await request.text()
    try:
        body = json.loads(text) if text.strip() else {}
    except ValueError:
        raise ControlError("the body is not JSON") from None
    if not isinstance(body, dict):
        raise ControlError("the body is not a JSON object")
    return body


def field(body: JsonObject, name: str, kind: type, default: Any = None) -> Any:
    """`body[name]` if it is of this kind; the default (None: the field is required) when it is absent."""
    value = body.get(name, default)
    accepted = (int, float) if kind is float else kind
    if value is None or not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise ControlError(f"{name}: {'missing' if value is None else f'must be {kind.__name__}'}")
    return value


def one_of(body: JsonObject, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    """`body[name]`, which must be one of the allowed words."""
    value: str = field(body, name, str, default)
    if value not in allowed:
        raise ControlError(f"{name}: one of {', '.join(allowed)}")
    return value


def read_fault(body: JsonObject, targets: tuple[str, ...], modes: tuple[str, ...] = MODES) -> Fault:
    """The fault a control call asks for."""
    return Fault(
        target=one_of(body, "target", targets),
        mode=one_of(body, "mode", modes),
        times=field(body, "times", int, 1),
        seconds=field(body, "seconds", float, 1.0),
        code=field(body, "code", str, "99"),
    )
