"""Where the embedded PostgreSQL lives, and as whom it runs.

PostgreSQL refuses to run as root. As an ordinary user everything is below VAR_DIR. As root the server runs as `nobody`;
where nobody cannot reach VAR_DIR or the wheel (a clone below /root), a base below /var/tmp holds hard links to the
binaries, and the data. The base is root's, so nobody else can exchange what is in it.
"""

import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from payments_site.devstack import wheels
from payments_site.devstack.errors import DevstackError
from payments_site.devstack.files import fits_socket, owned_dir, short_hash, short_place, socket_dir
from payments_site.devstack.spawn import User

SOCKET_NAME = ".s.PGSQL.5432"
_PROJECT = Path(__file__).resolve().parents[2]
_PUBLIC_PLACE = Path("/var/tmp")  # noqa: S108  (guarded by `owned_dir`)


@dataclass(frozen=True)
class Home:
    """`prefix` holds bin/; `base` holds `data`, which appears with initdb; `user` is None for ourselves."""

    prefix: Path
    base: Path
    sockets: Path
    user: User | None

    @property
    def data(self) -> Path:
        """The cluster."""
        return self.base / "data"

    def make_dir(self, path: Path) -> Path:
        """An empty private directory that the server's user owns, in place of what was there."""
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(mode=0o700)
        if self.user:
            os.chown(path, self.user.uid, self.user.gid)
        return path


def find_home(var_dir: Path) -> Home:
    """Choose the home for `var_dir` (absolute), and make its directories; the same one on every start."""
    prefix = wheels.postgres_prefix()
    base = var_dir / "postgres"
    if os.geteuid() != 0:
        base.mkdir(parents=True, exist_ok=True)
        return Home(prefix, base, socket_dir(base / "s", SOCKET_NAME), None)
    nobody = _nobody()
    public = public_base(var_dir)
    moved_earlier = (public / "data").exists() and not (base / "data").exists()
    reachable = _reachable(base) and _reachable(prefix / "bin" / "postgres") and _readable(prefix)
    if reachable and not moved_earlier and fits_socket(base / "s" / SOCKET_NAME):
        base.mkdir(parents=True, exist_ok=True)
        base.chmod(0o755)
    else:
        owned_dir(public.parent, 0o755)
        base = owned_dir(public, 0o755)
        prefix = _public_copy(prefix, public.parent)
    sockets = base / "s"
    sockets.mkdir(mode=0o700, exist_ok=True)
    os.chown(sockets, nobody.uid, nobody.gid)
    return Home(prefix, base, sockets, nobody)


def public_base(var_dir: Path) -> Path:
    """The place below /var/tmp for this project and this VAR_DIR; it exists only where it was needed."""
    return _PUBLIC_PLACE / f"smartpost-{short_hash(_PROJECT)}" / short_hash(var_dir)


def delete_everything(var_dir: Path) -> None:
    """Remove the cluster of `var_dir` and its sockets, wherever they are."""
    base = var_dir / "postgres"
    for place in (base, public_base(var_dir), short_place(base / "s")):
        shutil.rmtree(place, ignore_errors=True)


def _nobody() -> User:
    try:
        return User.named("nobody")
    except KeyError:
        raise DevstackError(
            "PostgreSQL does not run as root and this machine has no user `nobody` to run it as. "
            "Work as an ordinary user, or set DATABASE_URL."
        ) from None


def _reachable(path: Path) -> bool:
    """Whether anybody may walk to `path`; what does not exist yet is made with open permissions by us."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents if parent.exists())


def _readable(prefix: Path) -> bool:
    """Whether anybody may read and run the wheel's files (pip under umask 077 makes them private)."""
    needed = (prefix / "bin" / "postgres", prefix / "share", prefix / "lib", wheels.postgres_libraries(prefix))
    wanted = stat.S_IROTH | stat.S_IXOTH
    return all(path.stat().st_mode & wanted == wanted for path in needed if path.exists())


def _public_copy(prefix: Path, project_base: Path) -> Path:
    """The wheel's PostgreSQL with open permissions below `project_base`, made once per installed wheel."""
    identity = (prefix / "bin" / "postgres").stat()
    lib = project_base / f"lib-{identity.st_ino:x}-{identity.st_mtime_ns:x}"
    copied = lib / prefix.parent.name / prefix.name
    if lib.is_dir():
        return copied
    for outdated in project_base.glob("lib-*"):
        shutil.rmtree(outdated, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix=".lib-", dir=project_base))
    _open_copy(prefix, draft / prefix.parent.name / prefix.name)
    libraries = wheels.postgres_libraries(prefix)
    if libraries.is_dir():
        _open_copy(libraries, draft / libraries.name)
    for directory in (draft, draft / prefix.parent.name):
        directory.chmod(0o755)
    draft.rename(lib)
    return copied


def _open_copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, copy_function=_link_or_copy, symlinks=True)
    for directory in (target, *(path for path in target.rglob("*") if path.is_dir() and not path.is_symlink())):
        directory.chmod(0o755)


def _link_or_copy(source: str, target: str) -> None:
    """A hard link where the file is open to all already (a link shares its permissions) and on the same disk."""
    mode = os.stat(source).st_mode
    opened = mode | (0o555 if mode & stat.S_IXUSR else 0o444)
    if opened == mode:
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copyfile(source, target)
    os.chmod(target, stat.S_IMODE(opened))
