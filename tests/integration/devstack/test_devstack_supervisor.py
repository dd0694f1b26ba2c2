"""The supervisor with real processes."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from payments_site.devstack import supervisor as supervisor_module
from payments_site.devstack.errors import DevstackError
from payments_site.devstack.output import Output
from payments_site.devstack.stopping import StopRequested, StopSwitch
from payments_site.devstack.supervisor import Process, Supervisor

SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


class Stage:
    def __init__(self, cwd):
        self.stream = io.StringIO()
        self.switch = StopSwitch()
        self.supervisor = Supervisor(Output(self.stream), cwd, self.switch)

    def start(self, name, code, **options):
        process = Process(name, (sys.executable, "-c", code), dict(os.environ), **options)
        self.supervisor.start(process)
        return self.supervisor.pids().get(name)

    def wait_for(self, text):
        deadline = time.monotonic() + 10
        while text not in self.stream.getvalue():
            assert time.monotonic() < deadline, f"never saw {text!r} in {self.stream.getvalue()!r}"
            time.sleep(0.01)

    def tick_until(self, condition):
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, self.stream.getvalue()
            self.supervisor.tick()
            time.sleep(0.01)


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor_module, "_FIRST_PAUSE", 0.1)
    stage = Stage(tmp_path)
    yield stage
    stage.supervisor.stop()


def lives(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    except OSError:
        return False


def test_output_carries_the_name_of_the_process(stage):
    stage.start("web", "print('hello', flush=True); " + SLEEP)
    stage.wait_for("web      | hello")


def test_stop_ends_every_process(stage):
    pids = [stage.start(name, SLEEP) for name in ("a", "b")]
    stage.supervisor.stop()
    assert not any(lives(pid) for pid in pids)


def test_a_process_is_stopped_by_its_own_signal(stage):
    code = "import os, signal, sys, time\ndef bye(*a):\n    os.write(1, b'drained\\n'); os._exit(0)\n"
    code += "signal.signal(signal.SIGQUIT, bye)\nos.write(1, b'up\\n')\ntime.sleep(60)"
    stage.start("drain", code, stop_signal=signal.SIGQUIT)
    stage.wait_for("up")
    stage.supervisor.stop()
    stage.wait_for("drained")


def test_a_deaf_process_is_killed_after_its_own_grace(stage):
    pid = stage.start("deaf", DEAF, grace=0.3)
    stage.wait_for("| deaf")
    stage.supervisor.stop()
    assert not lives(pid)
    assert "deaf did not stop within 0 s; killed." in stage.stream.getvalue()


def test_a_second_ctrl_c_cuts_the_grace_short(stage):
    stage.start("deaf", DEAF, grace=30)
    stage.wait_for("| deaf")
    stage.switch.impatient = True
    began = time.monotonic()
    stage.supervisor.stop()
    assert time.monotonic() - began < 5


def test_grandchildren_do_not_survive(stage):
    code = "import subprocess, sys\n"
    code += f"child = subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\nprint('pid', child.pid, flush=True)\n{SLEEP}"
    stage.start("web", code)
    stage.wait_for("pid ")
    grandchild = int(stage.stream.getvalue().split("pid ")[1].split()[0])
    stage.supervisor.stop()
    deadline = time.monotonic() + 5
    while lives(grandchild) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not lives(grandchild)


def test_a_crashed_process_is_started_again_and_that_is_said(stage):
    first = stage.start("worker", SLEEP)
    os.kill(first, signal.SIGKILL)
    stage.tick_until(lambda: stage.supervisor.pids().get("worker") not in (None, first))
    assert "worker was ended by SIGKILL; starting it again in 0 s." in stage.stream.getvalue()


def test_the_pause_grows_with_every_crash(stage):
    stage.start("worker", "import sys; sys.exit(3)")
    stage.tick_until(lambda: stage.stream.getvalue().count("worker ended with exit code 3") == 4)
    assert stage.supervisor._children["worker"].pause == pytest.approx(1.6)


def test_a_process_that_dies_before_it_is_ready_fails_the_start_with_its_words(stage):
    stage.start("web", "print('no such module'); raise SystemExit(1)", ready=lambda: False)
    with pytest.raises(DevstackError, match=r"(?s)`web` ended with exit code 1.*\| no such module"):
        stage.supervisor.wait_ready(10)


def test_a_process_that_never_answers_fails_the_start(stage):
    stage.start("web", SLEEP, ready=lambda: False)
    with pytest.raises(DevstackError, match="`web` did not answer within 0 s"):
        stage.supervisor.wait_ready(0.2)


def test_a_command_that_does_not_exist_is_said(stage):
    stage.supervisor.start(Process("web", ("/no/such/program",), {}, ready=lambda: False))
    with pytest.raises(DevstackError, match="/no/such/program: No such file or directory"):
        stage.supervisor.wait_ready(10)


def test_ctrl_c_interrupts_waiting(stage):
    stage.start("web", SLEEP, ready=lambda: False)
    stage.switch._on_signal(signal.SIGINT, None)
    with pytest.raises(StopRequested) as request:
        stage.supervisor.wait_ready(10)
    assert request.value.exit_code == 130


def test_run_once_passes_or_fails_with_the_last_words(stage):
    good = Process("migrate", (sys.executable, "-c", "print('done')"), dict(os.environ))
    stage.supervisor.run_once(good)
    assert "migrate  | done" in stage.stream.getvalue()
    bad = Process("seed", (sys.executable, "-c", "raise SystemExit('no table')"), dict(os.environ))
    with pytest.raises(DevstackError, match=r"(?s)`seed` ended with exit code 1.*no table"):
        stage.supervisor.run_once(bad)


def test_children_hear_ctrl_c_again_although_the_parent_ignores_it(stage):
    code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        stage.supervisor.run_once(Process("child", (sys.executable, "-c", code), dict(os.environ)))
    finally:
        signal.signal(signal.SIGINT, before)
    stage.wait_for("True")


PARENT = """
import os, sys, time
from pathlib import Path
from payments_site.devstack.output import Output
from payments_site.devstack.stopping import StopRequested, StopSwitch
from payments_site.devstack.supervisor import Process, Supervisor
switch = StopSwitch()
switch.install()
supervisor = Supervisor(Output(), Path("/"), switch)
supervisor.start(Process("child", (sys.executable, "-c", "import time; time.sleep(60)"), dict(os.environ)))
print("child is", supervisor.pids()["child"], flush=True)
try:
    while True:
        switch.check()
        time.sleep(0.02)
except StopRequested as request:
    supervisor.stop()
    sys.exit(request.exit_code)
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_however_the_supervisor_ends_its_children_end_too(number, code):
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    with parent:
        child = int(parent.stdout.readline().split()[-1])
        assert lives(child)
        parent.send_signal(number)
        assert parent.wait(timeout=20) == code
    deadline = time.monotonic() + 5
    while lives(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not lives(child)
