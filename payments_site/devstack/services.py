"""The two services as one: start what the environment does not name already."""

import atexit
from collections.abc import Mapping
from pathlib import Path

from payments_site.devstack.postgres import EmbeddedPostgres
from payments_site.devstack.valkey import EmbeddedValkey


class Services:
    """PostgreSQL and Valkey for one VAR_DIR. A DATABASE_URL or REDIS_URL in `environ` is used, never replaced."""

    def __init__(self, var_dir: Path, environ: Mapping[str, str], *, durable: bool = True) -> None:
        self._environ = environ
        self.postgres = None if environ.get("DATABASE_URL") else EmbeddedPostgres(var_dir, durable=durable)
        self.valkey = None if environ.get("REDIS_URL") else EmbeddedValkey(var_dir)

    def start(self) -> dict[str, str]:
        """Start what is missing; returns DATABASE_URL and REDIS_URL as the processes should see them."""
        try:
            return {
                "DATABASE_URL": self.postgres.start() if self.postgres else self._environ["DATABASE_URL"],
                "REDIS_URL": self.valkey.start() if self.valkey else self._environ["REDIS_URL"],
            }
        except BaseException:
            self.stop()
            raise

    def restart_dead(self) -> list[str]:
        """Start again what died; returns the names of what had to be."""
        dead: list[str] = []
        for name, service in (("PostgreSQL", self.postgres), ("Valkey", self.valkey)):
            if service and not service.alive():
                dead.append(name)
                service.start()
        return dead

    def stop(self) -> None:
        """Stop what was started here."""
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()

    def destroy(self) -> None:
        """Stop, and delete what they keep. For temporary ones."""
        if self.valkey:
            self.valkey.destroy()
        if self.postgres:
            self.postgres.destroy()


def ensure_services(var_dir: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Start what `environ` does not name, until this process exits; returns DATABASE_URL and REDIS_URL."""
    services = Services(var_dir, environ)
    urls = services.start()
    atexit.register(services.stop)
    return urls
