"""SIGKILL of a process that imports a statement: the file is kept, none of its lines is there, the next process reads it once."""

import signal
import sys

import pytest

from payments_site.kernel.faults import FAULT_POINTS
from reconciliation.models import Statement, StatementLine
from tests.factories.world import make_world
from tests.integration.reconciliation.statements.files import csv_file, row

POINTS = sorted(point for point in FAULT_POINTS if point.startswith("statement."))


@pytest.fixture
def killed(live, tmp_path, request):
    """The account and the file of an import that died at the point."""
    account, once, file = make_world().acme.account_id, tmp_path / "once", tmp_path / "sao-ke.csv"
    once.touch()
    file.write_bytes(csv_file(row(number) for number in range(50)))
    command = [sys.executable, "manage.py", "import_statement", account, str(file)]
    process = live.spawn(command, tmp_path / "import.log", FAULT_POINT=request.param, FAULT_POINT_FILE=str(once))
    assert process.wait(60) == -signal.SIGKILL, (tmp_path / "import.log").read_text()
    assert not once.exists()
    [statement] = Statement.objects.filter(account__public_id=account)
    assert (statement.state, statement.rows_imported) == ("waiting", 0)
    assert not StatementLine.objects.filter(statement=statement).exists()
    return account, file


def is_read_once(account):
    [statement] = Statement.objects.filter(account__public_id=account)
    assert (statement.state, statement.rows_read, statement.rows_imported, statement.rows_bad) == ("imported", 50, 50, 0)
    numbers = list(StatementLine.objects.filter(account__public_id=account).values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 50


@pytest.mark.parametrize("killed", POINTS, indirect=True)
def test_a_statement_whose_import_was_killed_is_read_once_by_the_job_that_looks_for_such(live, killed):
    account, _ = killed
    live.run("take_in_statements")
    is_read_once(account)
    live.run("take_in_statements")
    is_read_once(account)


@pytest.mark.parametrize("killed", POINTS, indirect=True)
def test_a_statement_whose_import_was_killed_is_read_once_when_it_is_brought_again(live, killed):
    account, file = killed
    assert "50 lines imported" in live.run("import_statement", account, str(file))
    is_read_once(account)
