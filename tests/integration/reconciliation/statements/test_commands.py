"""``manage.py import_statement`` says what became of the file, and never what stands in it."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.integration.reconciliation.statements.files import csv_file, row


def told(account, path, *options):
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(
            "import_statement",
            account if isinstance(account, str) else account.public_id,
            str(path),
            *options,
            stdout=out,
            stderr=err,
        )
    except CommandError as error:
        return str(error), err.getvalue()
    return out.getvalue(), err.getvalue()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.csv"


def test_an_import_says_how_many_lines_and_how_many_were_known(account, path):
    path.write_bytes(csv_file([row(1), row(2)]))
    assert told(account, path)[0].endswith(": 2 lines imported\n")
    path.write_bytes(csv_file([row(1), row(3)]))
    assert told(account, path)[0].endswith(": 1 lines imported, 1 known before\n")


def test_bad_rows_are_listed_by_line_field_and_reason_and_left_out_on_demand(account, path):
    path.write_bytes(csv_file([row(1), row(2).replace(",100000,", ",bí mật,")]))
    said, listed = told(account, path)
    assert said.endswith(": 1 of 2 rows can not be read")
    assert listed == "line 3: amount: amount\n"
    path.write_bytes(csv_file([row(1), row(2).replace(",100000,", ",bí mật,"), row(3)]))
    assert told(account, path, "--skip-bad")[0].endswith(": 2 lines imported, 1 bad rows left out\n")


def test_what_can_not_be_done_is_said(account, path):
    assert "No such file" in told(account, path)[0]
    path.write_bytes(csv_file([row(1)]))
    assert told("acc_nobody", path)[0] == "no account is called acc_nobody"
    told(account, path)
    assert told(account, path)[0] == "This very statement was brought in before"
    path.write_bytes(b"%PDF-")
    assert told(account, path)[0].startswith("The statement can not be read: ")
