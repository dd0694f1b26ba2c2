"""Daily file, profile 1: what is asked, word for word, and what is made of the answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from payments_site.kernel.http import MAX_ANSWER_BYTES, HttpClient, ProviderSilent
from transactions.providers import daily_file
from transactions.providers.base import AccountContext, CredentialsRefused, FateUnknown
from transactions.providers.momo import statement as momo
from transactions.providers.payos import statement as payos

DAY, NOW = date(2026, 11, 21), datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HTTP = HttpClient(connect_timeout=2, read_timeout=5)
# printf 'MOMOX|2026-11-21|1795316400' | openssl dgst -sha256 -hmac 'a secret'
SIGNATURE = "c21f981d77d73e56494f492989f004226f9f7af76baaca76553aae8e1e690ee5"


class Desk:
    """Answers every request alike and remembers path and headers."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"a,b\r\n"
        self.path, self.headers = "", {}  # type: str, dict[str, str]
        self.url = ""


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            desk.path, desk.headers = self.path, {name.lower(): value for name, value in self.headers.items()}
            self.send_response(desk.status)
            self.send_header("Content-Length", str(len(desk.body)))
            self.end_headers()
            self.wfile.write(desk.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    desk.url = f"http://127.0.0.1:{server.server_port}/files"
    yield desk
    server.shutdown()
    server.server_close()


def account(desk: Desk, **credentials: str) -> AccountContext:
    urls = {"MOMO_STATEMENT_URL": desk.url, "PAYOS_STATEMENT_URL": desk.url}
    return AccountContext(environment="sandbox", credentials=credentials, urls=urls)


def momo_file(desk: Desk) -> Any:
    return momo.fetch(account(desk, partner_code="MOMOX", access_key="x", secret_key="a secret"), DAY, HTTP, NOW)


def test_the_request_is_that_of_the_profile(desk: Desk) -> None:
    file = momo_file(desk)
    assert desk.path == f"/files?account=MOMOX&date=2026-11-21&timestamp=1795316400&signature={SIGNATURE}"
    assert (file.name, file.content, file.content_type) == ("MOMOX-20261121.csv", b"a,b\r\n", "text/csv")


def test_payos_is_asked_with_the_headers_of_its_api(desk: Desk) -> None:
    payos.fetch(account(desk, client_id="the client", api_key="the key", checksum_key="x"), DAY, HTTP, NOW)
    assert desk.path == "/files?date=2026-11-21"
    assert (desk.headers["x-client-id"], desk.headers["x-api-key"]) == ("the client", "the key")


@pytest.mark.parametrize(
    ("status", "error"), [(401, CredentialsRefused), (403, CredentialsRefused), (302, FateUnknown), (500, FateUnknown)]
)
def test_a_refusal_is_no_file(desk: Desk, status: int, error: type[Exception]) -> None:
    desk.status = status
    with pytest.raises(error):
        momo_file(desk)


def test_no_file_yet_is_none(desk: Desk) -> None:
    desk.status = 404
    assert momo_file(desk) is None


@pytest.mark.parametrize("page", [b"<html>", b"\xef\xbb\xbf\r\n <!DOCTYPE html>"])
def test_a_page_is_no_file(desk: Desk, page: bytes) -> None:
    desk.body = page
    with pytest.raises(FateUnknown):
        momo_file(desk)


def test_a_file_may_be_larger_than_other_answers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.body = b"x" * (MAX_ANSWER_BYTES + 1)
    assert len(momo_file(desk).content) == MAX_ANSWER_BYTES + 1
    monkeypatch.setattr(daily_file, "MOST_BYTES", MAX_ANSWER_BYTES)
    with pytest.raises(ProviderSilent):
        momo_file(desk)


def test_a_file_is_not_printed(desk: Desk) -> None:
    desk.body = b"NGUYEN THI ANH"
    assert "NGUYEN" not in repr(momo_file(desk))
