"""kill -9 in the middle of an import, in a real process: nothing is half done, and the next one completes it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from reconciliation.models import BadLine, Statement, StatementChunk, StatementLine
from tests.factories.tenants import ProviderAccountFactory

ROOT = Path(__file__).resolve().parents[2]
HEAD = "TxnRef,TransactionNo,PayDate,Amount,Fee,TransactionType,TransactionStatus"
ROWS = 20_000


@pytest.fixture
def account(committed_db):
    return ProviderAccountFactory()


@pytest.fixture
def file(tmp_path):
    rows = (f"SP{n:08d},{14_000_000 + n},20261121{n % 24:02d}{n % 60:02d}00,100000,1100,01,00" for n in range(ROWS))
    path = tmp_path / "sao-ke.csv"
    path.write_text("\n".join([HEAD, *rows, ""]))
    return path


def manage(*command, **environment):
    """A command of the service as a process of its own, on the database of the test."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"])
    given = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "payments_site.settings.test",
        "DATABASE_URL": address.geturl(),
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *map(str, command)],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def killed(point, account, file, tmp_path):
    once = tmp_path / "once"
    once.touch()
    process = manage("import_statement", account.public_id, file, FAULT_POINT=point, FAULT_POINT_FILE=str(once))
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert not once.exists()


@pytest.mark.parametrize("point", ["statement.stored", "statement.copied"])
def test_a_killed_import_leaves_the_file_and_no_line_and_the_next_one_completes_it(point, account, file, tmp_path):
    killed(point, account, file, tmp_path)
    statement = Statement.objects.get(account=account)
    assert statement.state in ("waiting", "reading")
    assert not StatementLine.objects.filter(account=account).exists()
    assert not BadLine.objects.filter(statement=statement).exists()
    again = manage("import_statement", account.public_id, file)
    assert (again.returncode, again.stdout) == (0, f"{statement.public_id}: {ROWS} lines imported\n"), again.stderr
    assert Statement.objects.get(account=account).state == "imported"
    assert StatementLine.objects.filter(account=account).count() == ROWS
    assert StatementLine.objects.filter(account=account).values("line_no").distinct().count() == ROWS


def test_a_process_killed_while_the_file_comes_in_leaves_nothing_at_all(account, file):
    """Killed from outside, wherever it happens to be: either the whole file is there or nothing of it."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"])
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "payments_site.settings.test", "DATABASE_URL": address.geturl()}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_statement", account.public_id, file], cwd=ROOT, env=environment
    )
    while process.poll() is None and not Statement.objects.filter(account=account).exists():
        pass
    process.kill()
    process.wait(30)
    statement = Statement.objects.get(account=account)
    stored = StatementLine.objects.filter(account=account).count()
    assert stored == (ROWS if statement.state == "imported" else 0)
    parts = StatementChunk.objects.filter(statement=statement).count()
    assert parts == -(-statement.size // (1 << 20))
    assert manage("take_in_statements").returncode == 0
    assert StatementLine.objects.filter(account=account).count() == ROWS
