"""Statements are imported whole or not at all; what came before is known again, file by file and line by line."""

import hashlib
import io
import threading
from datetime import UTC, date, datetime, time

import pytest
from django.db import connection, transaction
from openpyxl import Workbook

from audit.models import AuditEntry
from reconciliation.models import BadLine, MappingProfile, ReconciliationRules, Statement, StatementChunk, StatementLine
from reconciliation.services.intake import read, read_again, read_waiting, refuse, skip_bad_rows, store, take_in
from reconciliation.services.statement_errors import (
    ProfileMissing,
    StatementBusy,
    StatementDecided,
    StatementKnown,
    StatementTooLarge,
    StatementUnreadable,
)
from reconciliation.statements.sealed import open_sealed
from tests.factories.tenants import ProviderAccountFactory
from tests.integration.reconciliation.statements.conftest import CLERK, NOW
from tests.integration.reconciliation.statements.files import HEAD, csv_file, row
from transactions.personal import key_of, unseal_json

GOOD = csv_file(row(number) for number in range(3))
WITH_BAD = csv_file([row(1), row(2).replace("20261121", "20261341"), row(3).replace(",100000,", ",một trăm nghìn,"), row(4)])


def lines(statement):
    return list(StatementLine.objects.filter(statement=statement).order_by("line_no").values_list("line_no", "number"))


def test_a_statement_is_imported_with_everything_that_is_known_of_each_line(bring, account):
    statement = bring(GOOD)
    assert (statement.state, statement.rows_read, statement.rows_imported, statement.rows_bad) == ("imported", 3, 3, 0)
    assert (statement.day_from, statement.day_to) == (date(2026, 11, 21), date(2026, 11, 21))
    assert statement.profile == MappingProfile.objects.get(provider_code="vnpay", is_current=True)
    line = StatementLine.objects.filter(statement=statement).latest("line_no")
    assert (line.line_no, line.account, line.kind, line.status) == (4, account, "payment", "success")
    assert (line.number, line.reference, line.original_number, line.memo_references) == ("14000002", "SP00000002", None, None)
    assert (line.amount, line.fee, line.net, line.currency) == (100_000, 1_100, 98_900, "VND")
    assert line.occurred_at == datetime(2026, 11, 20, 17, 0, 2, tzinfo=UTC)
    assert line.business_day == date(2026, 11, 21)


def test_the_file_is_kept_byte_for_byte_and_cannot_be_read_without_its_key(bring):
    content = csv_file(row(number) for number in range(20_000))
    statement = bring(content)
    parts = list(StatementChunk.objects.filter(statement=statement).order_by("position"))
    assert len(parts) == 2
    assert not any(b"SP0000" in bytes(part.sealed) for part in parts)
    with open_sealed(statement) as file:
        assert file.read() == content
        file.seek((1 << 20) - 5)
        assert file.read(10) == content[(1 << 20) - 5 : (1 << 20) + 5]
    assert statement.sha256 == hashlib.sha256(content).hexdigest()


def test_the_cutoff_of_the_account_decides_the_business_day(bring, account):
    ReconciliationRules.objects.create(account=account, cutoff=time(23, 0))
    statement = bring(csv_file([row(22 * 3600 + 3599), row(23 * 3600)]))
    days = StatementLine.objects.filter(statement=statement).order_by("line_no").values_list("business_day", flat=True)
    assert list(days) == [date(2026, 11, 21), date(2026, 11, 22)]


def test_bad_rows_are_named_and_nothing_is_imported(bring):
    statement = bring(WITH_BAD)
    assert (statement.state, statement.rows_read, statement.rows_bad, statement.rows_imported) == ("has_bad_rows", 4, 2, 0)
    assert lines(statement) == []
    found = BadLine.objects.filter(statement=statement).order_by("line_no")
    assert [(one.line_no, one.field, one.reason) for one in found] == [(3, "occurred_at", "time"), (4, "amount", "amount")]
    assert unseal_json(found[1].value_sealed, key_of(statement.data_key)) == "một trăm nghìn"
    assert "nghìn".encode() not in bytes(found[1].value_sealed)


def test_bad_rows_may_be_left_out_by_choice_and_the_choice_is_on_record(bring):
    statement = skip_bad_rows(statement=bring(WITH_BAD), actor=CLERK, now=NOW)
    assert (statement.state, statement.rows_imported, statement.rows_bad, statement.skip_bad) == ("imported", 2, 2, True)
    assert lines(statement) == [(2, "14000001"), (5, "14000004")]
    assert BadLine.objects.filter(statement=statement).count() == 2
    entry = AuditEntry.objects.get(action="statement.bad_rows_left_out")
    assert (entry.entity_id, entry.user_id, entry.additional_data["rows_bad"]) == (statement.public_id, "ketoan", 2)


def test_the_choice_may_be_made_beforehand(bring):
    assert bring(WITH_BAD, skip_bad=True).rows_imported == 2


def test_a_file_with_bad_rows_is_read_again_when_the_mapping_was_wrong(bring):
    MappingProfile.objects.filter(provider_code="vnpay").update(is_current=False)
    old = MappingProfile.objects.get(provider_code="vnpay")
    spec = {**old.spec, "fields": {**old.spec["fields"], "occurred_at": {"columns": ["PayDate"], "formats": ["%d/%m/%Y"]}}}
    wrong = MappingProfile.objects.create(provider_code="vnpay", name="vnpay", version=2, spec=spec, created_at=NOW)
    statement = bring(GOOD)
    assert (statement.state, statement.profile, statement.rows_bad) == ("has_bad_rows", wrong, 3)
    again = read_again(statement=statement, actor=CLERK, now=NOW, profile=old)
    assert (again.state, again.profile, again.rows_imported) == ("imported", old, 3)
    assert not BadLine.objects.filter(statement=statement).exists()


def test_a_refused_file_leaves_nothing_and_may_come_again(bring):
    statement = refuse(statement=bring(WITH_BAD), note="đã xin tệp đúng", actor=CLERK, now=NOW)
    assert (statement.state, statement.error_detail) == ("refused", "đã xin tệp đúng")
    assert bring(WITH_BAD).state == "has_bad_rows"


def test_what_is_decided_is_not_decided_again(bring):
    imported = bring(GOOD)
    for act in (skip_bad_rows, read_again):
        with pytest.raises(StatementDecided):
            act(statement=imported, actor=CLERK, now=NOW)
    with pytest.raises(StatementDecided):
        refuse(statement=imported, note="", actor=CLERK, now=NOW)
    assert read(statement_id=imported.pk, now=NOW).rows_imported == 3
    assert len(lines(imported)) == 3


def test_the_same_file_twice_is_recognised_whatever_it_is_called(bring):
    first = bring(GOOD, "a.csv")
    with pytest.raises(StatementKnown) as told:
        bring(GOOD, "b.csv")
    assert (told.value.entry.status, told.value.details) == (409, {"statement_id": first.public_id, "state": "imported"})
    assert bring(GOOD, to=ProviderAccountFactory()).rows_imported == 3


def test_the_same_lines_in_another_file_are_known_and_not_stored_again(bring):
    bring(csv_file([row(1), row(2)]))
    second = bring(csv_file([row(2), row(1), row(3), row(4, day="20261122")]))
    assert (second.rows_read, second.rows_known, second.rows_imported) == (4, 2, 2)
    assert [number for _, number in lines(second)] == ["14000003", "14000004"]
    assert (second.day_from, second.day_to) == (date(2026, 11, 21), date(2026, 11, 22))


def test_a_line_that_differs_in_anything_is_another_line(bring):
    bring(csv_file([row(1)]))
    second = bring(csv_file([row(1, amount=100_001)]))
    assert (second.rows_known, second.rows_imported) == (0, 1)


def test_a_line_listed_twice_stays_twice_and_once_more_than_before_is_one_more(bring):
    assert bring(csv_file([row(1), row(1)])).rows_imported == 2
    second = bring(csv_file([row(1), row(1), row(1)]))
    assert (second.rows_known, second.rows_imported) == (2, 1)


def test_lines_of_another_account_are_not_known(bring):
    bring(GOOD)
    assert bring(csv_file([row(1), row(9)]), to=ProviderAccountFactory()).rows_known == 0


def test_a_day_without_payments_is_a_statement_without_lines(bring):
    statement = bring(csv_file([]), day=date(2026, 11, 20))
    assert (statement.state, statement.rows_imported) == ("imported", 0)
    assert (statement.day_from, statement.day_to) == (date(2026, 11, 20), date(2026, 11, 20))


def test_a_file_that_is_no_table_is_refused_with_the_reason_and_kept(bring, account):
    with pytest.raises(StatementUnreadable) as told:
        bring(b"%PDF-1.7 ...", "sao-ke.pdf")
    statement = Statement.objects.get(account=account)
    assert told.value.details == {"reason": "pdf", "statement_id": statement.public_id}
    assert (statement.state, statement.error_code, statement.error_detail) == ("refused", "STATEMENT_UNREADABLE", "pdf")
    assert "PDF" in told.value.message("en")


def test_what_breaks_in_the_middle_of_a_file_leaves_no_line(bring, account, monkeypatch):
    monkeypatch.setattr("reconciliation.statements.csv_tables.MOST_ROWS", 5_000)
    with pytest.raises(StatementUnreadable) as told:
        bring(csv_file(row(number) for number in range(30_000)))
    assert told.value.reason == "too_many_rows"
    assert not StatementLine.objects.filter(account=account).exists()


def test_an_empty_file_a_huge_one_and_one_without_a_profile_are_refused_before_anything_is_stored(bring, monkeypatch):
    with pytest.raises(StatementUnreadable):
        bring(b"")
    monkeypatch.setattr("reconciliation.services.intake.MOST_BYTES", 10)
    with pytest.raises(StatementTooLarge):
        bring(GOOD)
    MappingProfile.objects.all().update(is_current=False)
    with pytest.raises(ProfileMissing):
        bring(GOOD)
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"), [("../../etc/passwd", "passwd"), ("C:\\Temp\\sao kê\u202e.csv", "sao kê.csv"), ("", "statement")]
)
def test_of_a_files_name_the_last_part_is_kept(bring, name, kept):
    assert bring(GOOD, name).file_name == kept


def test_of_several_profiles_the_one_that_reads_most_is_taken(bring):
    with_sides = "Ngày,Số tham chiếu,Nợ,Có,Nội dung\n21/11/2026,FT1,,50.000,SP00000P0P\n"
    with_sign = "Ngày,Số tham chiếu,Số tiền,Nội dung\n21/11/2026,FT2,-50.000,x\n"
    names = [bring(text.encode(), kind="bank").profile.name for text in (with_sides, with_sign)]
    assert names == ["bank", "bank.signed"]
    assert set(StatementLine.objects.values_list("number", "kind")) == {("FT1", "credit"), ("FT2", "debit")}


def test_a_file_that_was_stored_and_never_read_is_read_by_whoever_comes_next(account):
    statement = store(
        account=account, kind="provider", file=io.BytesIO(GOOD), file_name="x.csv", source="upload", actor=CLERK, now=NOW
    )
    assert statement.state == "waiting"
    assert read_waiting(now=NOW) == 1
    assert Statement.objects.get(pk=statement.pk).rows_imported == 3
    assert read_waiting(now=NOW) == 0


@pytest.mark.usefixtures("committed_db")
def test_two_readers_of_one_statement_do_not_meet_and_two_uploads_of_one_file_are_one():
    account = ProviderAccountFactory()
    given = {"account": account, "kind": "provider", "file_name": "x.csv", "source": "upload", "actor": CLERK, "now": NOW}
    statement = store(file=io.BytesIO(GOOD), **given)
    told = []

    def attempt(act):
        try:
            act()
        except (StatementBusy, StatementKnown) as error:
            told.append(error.code)
        finally:
            connection.close()

    def meanwhile(act):
        thread = threading.Thread(target=attempt, args=[act])
        thread.start()
        thread.join(30)

    with transaction.atomic():
        connection.cursor().execute("SELECT pg_advisory_xact_lock(hashtext('reconciliation.statement'), %s)", [statement.pk])
        meanwhile(lambda: read(statement_id=statement.pk, now=NOW))
    meanwhile(lambda: take_in(file=io.BytesIO(GOOD), **given))
    assert told == ["STATEMENT_BUSY", "STATEMENT_KNOWN"]
    assert read(statement_id=statement.pk, now=NOW).rows_imported == 3


def test_a_spreadsheet_is_imported_like_a_text_and_its_formulas_are_bad_rows(bring):
    book = Workbook()
    for cells in (HEAD, row(1), row(2), row(3)):
        book.active.append(cells.split(","))
    file = io.BytesIO()
    book.save(file)
    assert bring(file.getvalue(), "sao-ke.xlsx").rows_imported == 3
    book.active["E3"] = "=50000*2"
    file = io.BytesIO()
    book.save(file)
    statement = bring(file.getvalue(), "sao-ke-2.xlsx")
    assert (statement.state, statement.rows_imported) == ("has_bad_rows", 0)
    assert [(one.line_no, one.field, one.reason) for one in BadLine.objects.all()] == [(3, "Amount", "formula")]
