"""Fetching a day's file from a provider: over HTTP from a server that hands it out, refuses, or is not there."""

import socket
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from reconciliation.models import StatementLine
from reconciliation.services.fetching import StatementNotFetched, can_fetch, fetch
from tests.integration.reconciliation.statements.conftest import CLERK, NOW
from tests.integration.reconciliation.statements.files import csv_file, row
from transactions.availability import circuits

DAY = date(2026, 11, 21)


class Provider(ThreadingHTTPServer):
    """Answers every question with ``answer``: a status and a body."""

    answer = (200, csv_file([row(1), row(2)]))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Nobody reads it."""


@pytest.fixture
def provider(settings, account):
    with Provider(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings.PROVIDER_URLS = {"VNPAY_STATEMENT_URL": f"http://127.0.0.1:{server.server_port}/statements"}
        settings.PROVIDER_RETRY_ATTEMPTS = 1
        yield server
        server.shutdown()
        thread.join()
    circuits().close(account.public_id)


def fetched(account):
    return fetch(account=account, day=DAY, actor=CLERK, now=NOW)


def test_the_file_of_a_day_is_imported(provider, account):
    statement = fetched(account)
    assert (statement.state, statement.source, statement.rows_imported, statement.day_from) == ("imported", "fetched", 2, DAY)


def test_the_same_file_fetched_again_is_the_same_statement_and_a_longer_one_brings_only_what_is_new(provider, account):
    first = fetched(account)
    assert fetched(account) == first
    provider.answer = (200, csv_file([row(1), row(2), row(3)]))
    assert (fetched(account).rows_known, StatementLine.objects.filter(account=account).count()) == (2, 3)


def test_a_day_without_lines_is_known_to_have_none(provider, account):
    provider.answer = (200, csv_file([]))
    statement = fetched(account)
    assert (statement.state, statement.rows_imported, statement.day_from, statement.day_to) == ("imported", 0, DAY, DAY)


def test_no_file_yet_is_no_statement(provider, account):
    provider.answer = (404, b"")
    assert fetched(account) is None


@pytest.mark.parametrize(("status", "code"), [(401, "PROVIDER_AUTHENTICATION_FAILED"), (500, "PROVIDER_CONNECTION_ERROR")])
def test_a_refusal_is_told_as_what_it_is(provider, account, status, code):
    provider.answer = (status, b"no")
    with pytest.raises(StatementNotFetched) as told:
        fetched(account)
    assert told.value.code == code


def test_a_provider_that_is_not_there_is_told(provider, account, settings):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        settings.PROVIDER_URLS = {"VNPAY_STATEMENT_URL": f"http://127.0.0.1:{held.getsockname()[1]}/"}
        with pytest.raises(StatementNotFetched) as told:
            fetched(account)
    assert told.value.code == "PROVIDER_CONNECTION_ERROR"


def test_without_an_address_nothing_is_asked(account, settings):
    settings.PROVIDER_URLS = {}
    assert can_fetch(account)
    assert fetched(account) is None
