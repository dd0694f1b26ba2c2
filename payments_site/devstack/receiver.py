"""A merchant's callback endpoint, as small as it can be: keeps what came, and whether its signature holds."""

import base64
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Callback:
    """One callback as it arrived; `body` is the decoded JSON, `genuine` the verdict on its signature."""

    received_at: float
    body: dict[str, Any]
    genuine: bool


def is_genuine(raw: bytes, signature: str, secret: str) -> bool:
    """X-Callback-Signature: hex HMAC-SHA256 over the raw body, the key being the bytes behind `whsec_`."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return hmac.compare_digest(hmac.new(key, raw, hashlib.sha256).hexdigest(), signature)


class CallbackReceiver:
    """Listens on a free port of this machine while entered."""

    def __init__(self, secret: str) -> None:
        self.callbacks: list[Callback] = []
        self._secret = secret
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """The callback_url to give with a payment."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/callbacks"

    def of(self, transaction_id: str, event_type: str) -> Callback | None:
        """The first callback of that type for that transaction, if it came."""
        for callback in list(self.callbacks):
            same = callback.body.get("data", {}).get("transaction_id") == transaction_id
            if same and callback.body.get("event_type") == event_type:
                return callback
        return None

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="receiver", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _keep(self, raw: bytes, signature: str) -> None:
        self.callbacks.append(Callback(time.monotonic(), json.loads(raw), is_genuine(raw, signature, self._secret)))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        keep = self._keep

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                keep(raw, self.headers.get("X-Callback-Signature", ""))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: the timeline is the only thing printed."""

        return Handler
