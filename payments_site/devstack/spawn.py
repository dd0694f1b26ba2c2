"""Start child processes that can not outlive us, from any thread."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

_SHIM = Path(__file__).with_name("shim.py")


@dataclass(frozen=True)
class User:
    """An account of this machine to run a child as."""

    uid: int
    gid: int

    @classmethod
    def named(cls, name: str) -> "User":
        """The account `name`; KeyError where the machine has none."""
        entry = pwd.getpwnam(name)
        return cls(entry.pw_uid, entry.pw_gid)


@cache
def _spawner(pid: int) -> ThreadPoolExecutor:
    """A thread that lives as long as process `pid`: the kernel's death signal follows the *thread* that forked."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"spawn-{pid}")


def spawn(
    command: Sequence[str | os.PathLike[str]],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: int | IO[Any] | None = None,
    user: User | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start `command` in its own session; when this process dies, however it dies, the child gets `death_signal`.

    stdout and stderr both go to `output`; stdin is empty. The death signal needs Linux; elsewhere a child may outlive a
    parent that was killed with SIGKILL.
    """
    parent = os.getpid()
    account = f"{user.uid}:{user.gid}" if user else "-"
    shimmed = [sys.executable, "-I", "-S", str(_SHIM), str(parent), str(int(death_signal)), account]
    shimmed += [os.fspath(part) for part in command]

    def start() -> subprocess.Popen[bytes]:
        stderr = subprocess.STDOUT if output is not None else None
        return subprocess.Popen(shimmed, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=stderr)

    return _spawner(parent).submit(start).result()


def stop(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Ask by each (signal, seconds to wait) in turn until the process has gone, at last by SIGKILL."""
    for number, grace in (*steps, (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(timeout=grace)
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=10)
