"""Large files: every bad row is named, progress is seen from outside, and memory does not grow with the file."""

import io
import threading
import time
import tracemalloc

import pytest
from django.db import connection

from reconciliation.models import BadLine, Statement, StatementLine
from reconciliation.services import _progress
from reconciliation.services.intake import skip_bad_rows, take_in
from reconciliation.statements.reading import open_table
from reconciliation.statements.shipped import shipped
from reconciliation.statements.spec import read_spec
from tests.factories.tenants import ProviderAccountFactory
from tests.integration.reconciliation.statements.conftest import CLERK, NOW
from tests.integration.reconciliation.statements.files import csv_file, row

ROWS, BAD = 100_000, 37


def spoilt(number):
    """A good row made bad in one of six ways, and what must be said of it."""
    good = row(number)
    ways = (
        (good.replace(",20261121", ",20261132"), "occurred_at", "time"),
        (good.replace(",100000,", ",trăm nghìn,"), "amount", "amount"),
        (good.replace(f",{14_000_000 + number},", ",,"), "number", "missing"),
        (good.replace("SP0", "\udcd4\udcff"), "TxnRef", "encoding"),
        (good.replace("SP0", "=1+1+"), "TxnRef", "formula"),
        (good.replace("SP0", "x" * 10_000), "TxnRef", "cell_too_long"),
    )
    return ways[number % 6]


def planted():
    """A file of 100,000 rows of which 37 are bad, and what is wrong with them by line."""
    at = {number * 2_700 + number % 6 for number in range(1, BAD + 1)}
    assert {one % 6 for one in at} == set(range(6))
    truth = {number + 2: spoilt(number)[1:] for number in at}
    rows = [spoilt(number)[0] if number in at else row(number) for number in range(ROWS)]
    content = csv_file([]).decode() + "\r\n".join(rows) + "\r\n"
    return b"\xef\xbb\xbf" + content.encode("utf-8", "surrogateescape"), truth


def test_all_37_bad_rows_among_100000_are_named_and_nothing_is_imported_until_they_are_left_out_by_choice(bring):
    content, truth = planted()
    statement = bring(content)
    assert (statement.state, statement.rows_read, statement.rows_bad, statement.rows_imported) == ("has_bad_rows", ROWS, BAD, 0)
    assert not StatementLine.objects.exists()
    told = BadLine.objects.filter(statement=statement).values_list("line_no", "field", "reason")
    assert {line_no: (field, reason) for line_no, field, reason in told} == truth
    assert len(told) == BAD
    imported = skip_bad_rows(statement=statement, actor=CLERK, now=NOW)
    assert (imported.state, imported.rows_imported) == ("imported", ROWS - BAD)
    stored = StatementLine.objects.filter(statement=statement)
    assert stored.count() == ROWS - BAD
    assert not stored.filter(line_no__in=truth).exists()


def test_the_corrected_file_is_imported_whole(bring):
    bad, _ = planted()
    assert bring(bad).state == "has_bad_rows"
    corrected = bring(csv_file(row(number) for number in range(5_000)))
    assert (corrected.state, corrected.rows_imported) == ("imported", 5_000)


@pytest.mark.usefixtures("committed_db")
def test_how_far_an_import_is_can_be_seen_while_it_goes_on_and_its_lines_only_at_its_end(monkeypatch, request):
    monkeypatch.setattr(_progress, "_EVERY_SECONDS", 0)
    account = ProviderAccountFactory()
    content = csv_file(row(number) for number in range(60_000))
    seen, done = [], threading.Event()

    def bring():
        try:
            take_in(
                account=account,
                kind="provider",
                file=io.BytesIO(content),
                file_name="x.csv",
                source="upload",
                actor=CLERK,
                now=NOW,
            )
        finally:
            done.set()
            connection.close()

    importer = threading.Thread(target=bring)
    importer.start()
    while not done.is_set():
        stored = StatementLine.objects.filter(account=account).count()  # asked first: a statement that is read later has none
        states = Statement.objects.filter(account=account).values_list("state", "rows_read", "bytes_read")
        seen += [(*told, stored) for told in states]
        time.sleep(0.01)
    importer.join(60)
    reading = [one for one in seen if one[0] == "reading"]
    assert len({rows for _, rows, _, _ in reading}) > 1
    assert all(0 < read <= len(content) and stored == 0 for _, _, read, stored in reading)
    assert StatementLine.objects.filter(account=account).count() == 60_000


def test_a_file_is_read_in_pieces_of_which_only_one_is_in_memory():
    spec = read_spec(next(one.spec for one in shipped() if one.name == "vnpay"))

    def peak(rows):
        file = io.BytesIO(csv_file(row(number) for number in range(rows)))
        tracemalloc.start()
        read = sum(len(block.rows) for block in open_table(file, spec).blocks())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert read == rows
        return most

    assert peak(100_000) < peak(25_000) * 2
