"""Directories and files that only we may write, and socket paths short enough for the kernel."""

import hashlib
import os
import secrets
import stat
from pathlib import Path

from payments_site.devstack.errors import DevstackError

_LONGEST_SOCKET_PATH = 107  # bytes in sockaddr_un.sun_path, without the closing NUL
_SHORT_PLACE = Path("/tmp")  # noqa: S108  (guarded by `owned_dir`)


def short_hash(path: Path) -> str:
    """A name for `path` that is the same on every start."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def owned_dir(path: Path, mode: int) -> Path:
    """`path` as a directory of ours with exactly `mode`; refuses one that somebody else made or may write to.

    For places below /tmp and /var/tmp, where a stranger could have put a directory or a symbolic link of that name.
    """
    path.mkdir(mode=mode, exist_ok=True)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise DevstackError(f"{path} exists and is not a directory of ours, so it cannot be trusted. Remove it.")
    path.chmod(mode)
    return path


def fits_socket(path: Path) -> bool:
    """Whether the kernel accepts `path` as the address of a Unix socket."""
    return len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH


def socket_dir(preferred: Path, socket_name: str) -> Path:
    """A private directory for `socket_name`: `preferred`, or a short one below /tmp where its path is too long."""
    if fits_socket(preferred / socket_name):
        preferred.mkdir(parents=True, exist_ok=True)
        preferred.chmod(0o700)
        return preferred
    return owned_dir(short_place(preferred), 0o700)


def short_place(preferred: Path) -> Path:
    """What `socket_dir` takes instead of a `preferred` directory whose path is too long."""
    return _SHORT_PLACE / f"smartpost-{os.geteuid()}-{short_hash(preferred)}"


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path` as 0600, whole or not at all, and on disk when this returns."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def persistent_secret(path: Path) -> str:
    """The secret kept in `path` (0600), made on first use: letters and digits only, so it needs no quoting anywhere."""
    try:
        kept = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        kept = ""
    if not kept:
        kept = secrets.token_hex(24)
        write_private(path, kept + "\n")
    return kept


def tail(path: Path, lines: int = 12) -> str:
    """The last lines of a log, for an error message; empty if there is none."""
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return ""


def open_log(path: Path, limit: int = 10_000_000) -> int:
    """A descriptor that appends to `path`; above `limit` bytes the old one is kept as `<name>.1`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > limit:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
