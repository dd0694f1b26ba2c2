"""The watched folder: what lies there is imported and put away, once, whatever happens in between."""

import os
from datetime import timedelta

import pytest

from audit.models import OperationalEvent
from reconciliation.models import Statement, StatementLine
from reconciliation.services.folder import scan
from tests.integration.reconciliation.statements.conftest import NOW
from tests.integration.reconciliation.statements.files import csv_file, row

GOOD, BAD = csv_file([row(1), row(2)]), csv_file([row(1).replace("20261121", "20261341")])
BANK = "Ngày,Số tham chiếu,Nợ,Có,Nội dung\n21/11/2026,FT1,,50.000,SP00000P0P\n".encode()


@pytest.fixture
def place(tmp_path, account):
    folder = tmp_path / account.public_id
    folder.mkdir()
    return folder


def put(folder, name, content, *, age=60):
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    at = (NOW - timedelta(seconds=age)).timestamp()
    os.utime(path, (at, at))
    return path


def lying(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_imported_and_put_away(place, account):
    put(place, "21-11.csv", GOOD)
    [taken] = scan(now=NOW, folder=place.parent)
    assert (taken.imported, taken.statement.account, taken.statement.source) == (True, account, "folder")
    assert StatementLine.objects.filter(account=account).count() == 2
    assert lying(place) == ["done/21-11.csv"]
    assert scan(now=NOW, folder=place.parent) == []


def test_a_file_of_the_bank_lies_in_a_folder_of_its_own(place):
    put(place / "bank", "sao-ke.csv", BANK)
    [taken] = scan(now=NOW, folder=place.parent)
    assert (taken.statement.kind, taken.statement.rows_imported) == ("bank", 1)
    assert lying(place) == ["bank/done/sao-ke.csv"]


def test_what_can_not_be_imported_waits_for_a_person_who_is_told(place, account):
    put(place, "a.csv", BAD)
    put(place, "b.csv", b"no table\n")
    taken = scan(now=NOW, folder=place.parent)
    assert [(one.imported, one.error_code) for one in taken] == [(False, ""), (False, "STATEMENT_UNREADABLE")]
    assert lying(place) == ["failed/a.csv", "failed/b.csv"]
    events = OperationalEvent.objects.filter(kind="statement.not_imported", subject=account.public_id).order_by("id")
    assert [event.data["rows_bad"] for event in events] == [1, 0]


def test_the_next_process_goes_on_where_one_died_between_importing_and_putting_away(place, bring):
    first = bring(GOOD)
    put(place, "21-11.csv", GOOD)
    [taken] = scan(now=NOW, folder=place.parent)
    assert (taken.imported, taken.statement) == (True, first)
    assert lying(place) == ["done/21-11.csv"]
    assert Statement.objects.count() == 1


def test_an_earlier_file_of_the_same_name_stays(place):
    put(place, "today.csv", GOOD)
    scan(now=NOW, folder=place.parent)
    put(place, "today.csv", csv_file([row(3)]))
    assert [one.imported for one in scan(now=NOW, folder=place.parent)] == [True]
    assert len(lying(place)) == 2


def test_what_is_still_being_written_hidden_elsewhere_or_no_file_of_ours_is_left_alone(place, tmp_path):
    put(place, "new.csv", GOOD, age=5)
    put(place, ".hidden.csv", GOOD)
    put(place, "part.csv.tmp", GOOD)
    outside = put(tmp_path / "acc_nobody", "x.csv", GOOD)
    (place / "link.csv").symlink_to(outside)
    assert scan(now=NOW, folder=place.parent) == []
    assert Statement.objects.count() == 0


def test_without_a_folder_nothing_is_done(settings, db):
    settings.STATEMENT_FOLDER = ""
    assert scan(now=NOW) == []
