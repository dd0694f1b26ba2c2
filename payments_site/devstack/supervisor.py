"""Keeps the processes of the development machine running, and takes them down in order.

One object, driven by `tick()` from the main thread. A crashed process is started again after a growing pause; stopping
asks each by its own signal, waits its own grace, and only then kills its whole session.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from payments_site.devstack.errors import DevstackError
from payments_site.devstack.output import Output
from payments_site.devstack.spawn import spawn
from payments_site.devstack.stopping import StopSwitch

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_STABLE_SECONDS = 30.0  # a process that lived this long starts over with the first pause


@dataclass(frozen=True)
class Process:
    """One line of the process table. `ready` answers whether it serves; None: as soon as it runs."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(repr=False)
    ready: Callable[[], bool] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 10.0


class _Child:
    def __init__(self, process: Process, popen: subprocess.Popen[bytes], follower: threading.Thread) -> None:
        self.process = process
        self.popen = popen
        self.follower = follower
        self.started = time.monotonic()
        self.pause = _FIRST_PAUSE
        self.restart_at: float | None = None


class Supervisor:
    """Starts, watches and stops processes; not thread-safe, all calls come from one thread."""

    def __init__(self, output: Output, cwd: Path, switch: StopSwitch) -> None:
        self._output = output
        self._cwd = cwd
        self._switch = switch
        self._children: dict[str, _Child] = {}

    def start(self, process: Process) -> None:
        """Start `process` and look after it from now on."""
        self._children[process.name] = self._launch(process)

    def run_once(self, process: Process) -> None:
        """Run `process` to its end; DevstackError with its last lines unless it exits with 0."""
        child = self._launch(process)
        try:
            while child.popen.poll() is None:
                self._switch.check()
                time.sleep(0.02)
        finally:
            _kill_session(child.popen)
        child.follower.join(timeout=5)
        if child.popen.returncode != 0:
            raise DevstackError(self._epitaph(child))

    def wait_ready(self, seconds: float) -> None:
        """Wait until all serve. A process that dies before, or is not there in time, is a DevstackError."""
        deadline = time.monotonic() + seconds
        for child in self._children.values():
            while child.process.ready is not None and not child.process.ready():
                self.check()
                if time.monotonic() > deadline:
                    raise DevstackError(
                        f"`{child.process.name}` did not answer within {seconds:.0f} s. Its last lines:\n"
                        + self._output.last_lines(child.process.name)
                    )
                time.sleep(0.05)
        self.check()

    def check(self) -> None:
        """DevstackError if any process has ended; StopRequested if a person asked us to stop."""
        self._switch.check()
        for child in self._children.values():
            if child.popen.poll() is not None:
                child.follower.join(timeout=2)
                raise DevstackError(self._epitaph(child))

    def tick(self) -> None:
        """Look after the processes once: notice the dead, start again those whose pause is over."""
        now = time.monotonic()
        for name, child in self._children.items():
            if child.restart_at is not None:
                if now >= child.restart_at:
                    self._children[name] = revived = self._launch(child.process)
                    revived.pause = child.pause
            elif child.popen.poll() is not None:
                self._mourn(child, now)

    def pids(self) -> dict[str, int]:
        """Who runs now."""
        return {name: child.popen.pid for name, child in self._children.items() if child.popen.poll() is None}

    def stop(self) -> None:
        """Stop everything: all are asked at once, each has its own grace. A second request to stop cuts it short."""
        asked = time.monotonic()
        for child in self._children.values():
            with suppress(ProcessLookupError):
                if child.popen.poll() is None:
                    child.popen.send_signal(child.process.stop_signal)
        for child in self._children.values():
            while child.popen.poll() is None and not self._switch.impatient:
                if time.monotonic() - asked > child.process.grace:
                    self._output.say(f"{child.process.name} did not stop within {child.process.grace:.0f} s; killed.")
                    break
                time.sleep(0.02)
        for child in self._children.values():
            _kill_session(child.popen)
            child.follower.join(timeout=2)
        self._children.clear()

    def _launch(self, process: Process) -> _Child:
        # SIGTERM as the death signal: gunicorn and Celery then take their own children down with them.
        popen = spawn(
            process.command,
            env=process.env,
            cwd=self._cwd,
            output=subprocess.PIPE,
            death_signal=signal.SIGTERM,
        )
        assert popen.stdout is not None  # noqa: S101  (PIPE was asked for)
        return _Child(process, popen, self._output.follow(process.name, popen.stdout))

    def _mourn(self, child: _Child, now: float) -> None:
        _kill_session(child.popen)  # what it left behind would hold its port
        if now - child.started > _STABLE_SECONDS:
            child.pause = _FIRST_PAUSE
        how = _how_it_ended(child.popen.returncode)
        self._output.say(f"{child.process.name} {how}; starting it again in {child.pause:.0f} s.")
        child.restart_at = now + child.pause
        child.pause = min(child.pause * 2, _LONGEST_PAUSE)

    def _epitaph(self, child: _Child) -> str:
        name = child.process.name
        return f"`{name}` {_how_it_ended(child.popen.returncode)}. Its last lines:\n{self._output.last_lines(name)}"


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _kill_session(popen: subprocess.Popen[bytes]) -> None:
    """SIGKILL the child and whatever of its session is left (each child leads its own)."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(popen.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        popen.wait(timeout=5)
