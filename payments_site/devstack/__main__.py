"""`python -m payments_site.devstack run | demo | exec -- command ... | production -- command ...`."""

import errno
import os
import subprocess
import sys

from payments_site.devstack.demo import demo
from payments_site.devstack.environment import complete_environment, given_environment, throwaway_production, var_dir_of
from payments_site.devstack.errors import DevstackError
from payments_site.devstack.run import run
from payments_site.devstack.services import Services

_USAGE = "usage: python -m payments_site.devstack run | demo | exec -- command ... | production -- command ..."


def execute(command: list[str]) -> int:
    """Run `command` with PostgreSQL, Valkey and a whole environment; a running `make run` is joined, not disturbed."""
    given = given_environment(os.environ)
    var_dir = var_dir_of(given)
    services = Services(var_dir, given)
    try:
        environ = complete_environment(given, var_dir, services.start())
        return subprocess.run(command, env=environ, check=False).returncode
    except KeyboardInterrupt:
        return 130
    finally:
        services.stop()


def main(arguments: list[str]) -> int:
    """The exit code of the wanted command; what stands in the way is said in plain words."""
    try:
        match arguments:
            case ["run"]:
                return run(os.environ)
            case ["demo"]:
                return demo(os.environ)
            case ["exec", "--", _, *_]:
                return execute(arguments[2:])
            case ["production", "--", _, *_]:
                environ = {**os.environ, **throwaway_production()}
                return subprocess.run(arguments[2:], env=environ, check=False).returncode
            case _:
                sys.stderr.write(_USAGE + "\n")
                return 2
    except DevstackError as error:
        sys.stderr.write(f"\n{error}\n")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        sys.stderr.write(f"\n{error.filename or 'A file'} cannot be written: {error.strerror}. Make room or give way.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
