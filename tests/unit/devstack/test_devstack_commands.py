"""What the commands say when something stands in the way, and their exit codes."""

import errno
import sys
from types import SimpleNamespace

import pytest

from payments_site.devstack import __main__ as commands
from payments_site.devstack import stack as stack_module
from payments_site.devstack.errors import DevstackError
from payments_site.devstack.seed import read_demo


def test_an_unknown_command_shows_the_usage(capsys):
    assert commands.main(["fly"]) == 2
    assert "usage: python -m payments_site.devstack run" in capsys.readouterr().err


def test_what_stands_in_the_way_is_said_without_a_traceback(capsys, monkeypatch):
    def refuse(_environ):
        raise DevstackError("Port 8000 is already in use.")

    monkeypatch.setattr(commands, "run", refuse)
    assert commands.main(["run"]) == 1
    assert capsys.readouterr().err == "\nPort 8000 is already in use.\n"


def test_a_disk_that_fills_up_on_the_way_is_said_plainly(capsys, monkeypatch):
    def fill(_environ):
        raise OSError(errno.ENOSPC, "No space left on device", "/data/secrets.json")

    monkeypatch.setattr(commands, "run", fill)
    assert commands.main(["run"]) == 1
    assert "/data/secrets.json cannot be written: No space left on device" in capsys.readouterr().err


def test_a_surprise_keeps_its_traceback(monkeypatch):
    def surprise(_environ):
        raise OSError(errno.EIO, "I/O error")

    monkeypatch.setattr(commands, "run", surprise)
    with pytest.raises(OSError, match="I/O error"):
        commands.main(["run"])


def test_too_little_disk_is_said_before_anything_starts(tmp_path, monkeypatch):
    monkeypatch.setattr(stack_module.shutil, "disk_usage", lambda _path: SimpleNamespace(free=12_000_000))
    with pytest.raises(DevstackError, match=r"is full: 12 MB are left, 300 MB are needed.*make run VAR_DIR="):
        stack_module._check_disk(tmp_path)


def test_a_second_run_on_the_same_data_is_refused(tmp_path):
    descriptor = stack_module._lock(tmp_path)
    with pytest.raises(DevstackError, match="Another `make run` uses"):
        stack_module._lock(tmp_path)
    stack_module.os.close(descriptor)
    stack_module.os.close(stack_module._lock(tmp_path))


def test_exec_gives_the_environment_and_the_exit_code(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres://own")
    monkeypatch.setenv("REDIS_URL", "redis://own")
    code = "import os; print(os.environ['DATABASE_URL'], bool(os.environ['FERNET_KEYS'])); raise SystemExit(7)"
    assert commands.main(["exec", "--", sys.executable, "-c", code]) == 7
    assert capfd.readouterr().out == "postgres://own True\n"


def test_production_gives_a_whole_environment_that_starts(capfd):
    code = "from django.conf import settings; print(settings.DEBUG, settings.PUBLIC_BASE_URL)"
    assert commands.main(["production", "--", sys.executable, "-c", code]) == 0
    assert capfd.readouterr().out == "False https://pay.example\n"


def test_a_broken_demo_file_says_what_to_do(tmp_path):
    (tmp_path / "demo.json").write_text("{}")
    with pytest.raises(DevstackError, match="Delete it, and the demo's keys are made anew"):
        read_demo(tmp_path / "demo.json")
