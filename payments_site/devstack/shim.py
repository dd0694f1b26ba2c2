"""Run a command that dies with its parent: `python -I -S shim.py <parent pid> <signal> <uid:gid or -> <command...>`.

A small program instead of a `preexec_fn`, which may deadlock in a process that has threads. It takes its own session,
drops to the wanted user, asks the kernel for a signal when the parent goes (Linux), and becomes the command. The order
matters: the kernel forgets the death signal when the user changes.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def _become(user: str) -> None:
    if user == "-":
        return
    uid, gid = (int(part) for part in user.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _die_with(parent: int, death_signal: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)  # it went before the kernel was asked


def main(parent: str, death_signal: str, user: str, *command: str) -> None:
    """Become `command`; never returns. A command that cannot be run is said on stderr, with exit code 127."""
    os.setsid()
    # A background shell ignores SIGINT, and Python ignores SIGPIPE; the command must not inherit either.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    try:
        _become(user)
        _die_with(int(parent), int(death_signal))
        os.execvp(command[0], command)  # noqa: S606  (no shell is wanted)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main(*sys.argv[1:])
