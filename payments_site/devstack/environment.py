"""What the processes see: the real environment first, then `.env`, then what we make up."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from payments_site.devstack.errors import DevstackError
from payments_site.devstack.files import write_private

PROJECT = Path(__file__).resolve().parents[2]
_PRODUCTION = "payments_site.settings.production"
_PORTS = {"PORT": "8000", "SANDBOX_PORT": "8100", "SHOP_PORT": "8200"}


def read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines of a `.env` file; quotes around a value are taken off, comments and `export` are skipped."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    values: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.strip().removeprefix("export ").partition("=")
        if separator and not name.startswith("#"):
            values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def given_environment(environ: Mapping[str, str], project: Path = PROJECT) -> dict[str, str]:
    """The real environment over `.env`. A variable set to nothing counts as not set.

    Production settings count as not set either: `payments_site` makes them the default for this very process when it is
    imported, and they would refuse to start here anyway.
    """
    merged = {**read_dotenv(project / ".env"), **environ}
    if merged.get("DJANGO_SETTINGS_MODULE") == _PRODUCTION:
        del merged["DJANGO_SETTINGS_MODULE"]
    return {name: value for name, value in merged.items() if value != ""}


def var_dir_of(environ: Mapping[str, str], project: Path = PROJECT) -> Path:
    """VAR_DIR, made if need be and known to be writable; else a DevstackError that says so."""
    path = (project / environ.get("VAR_DIR", "var")).resolve()
    probe = path / f".probe-{secrets.token_hex(4)}"
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe.write_text("x")
        probe.unlink()
    except OSError as error:
        raise DevstackError(
            f"The directory {path} cannot be written ({os.strerror(error.errno or 0)}), and the data has to live "
            "somewhere. Make it writable, or choose another: make run VAR_DIR=/some/where"
        ) from error
    return path


def _generated(var_dir: Path) -> dict[str, str]:
    """The keys of this machine, made once: losing FERNET_KEYS would make every encrypted column unreadable."""
    path = var_dir / "secrets.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    made = {"SECRET_KEY": secrets.token_urlsafe(48), "FERNET_KEYS": _fernet_key()}
    write_private(path, json.dumps(made, indent=2) + "\n")
    return made


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def sandbox_addresses(sandbox: str) -> dict[str, str]:
    """Where the providers live when the sandbox at ``sandbox`` plays them."""
    return {
        "VNPAY_PAYMENT_URL": f"{sandbox}/vnpay/paymentv2/vpcpay.html",
        "VNPAY_API_URL": f"{sandbox}/vnpay/merchant_webapi/api/transaction",
        "MOMO_API_URL": f"{sandbox}/momo/v2/gateway/api",
        "ZALOPAY_API_URL": f"{sandbox}/zalopay",
        "PAYOS_API_URL": f"{sandbox}/payos",
        "NAPAS_API_URL": f"{sandbox}/napas/api",
        "NAPAS_VPC_PAYMENT_URL": f"{sandbox}/napas/gateway/vpcpay.do",
        "NAPAS_VPC_API_URL": f"{sandbox}/napas/gateway/vpcdps",
        **{
            f"{name.upper()}_STATEMENT_URL": f"{sandbox}/{name}/statements"
            for name in ("vnpay", "momo", "zalopay", "napas", "payos", "vietqr")
        },
    }


def complete_environment(given: Mapping[str, str], var_dir: Path, services: Mapping[str, str]) -> dict[str, str]:
    """Everything the processes need. What `given` already sets is never changed."""
    ports = {name: given.get(name, default) for name, default in _PORTS.items()}
    sandbox = f"http://127.0.0.1:{ports['SANDBOX_PORT']}"
    defaults = {
        "DJANGO_SETTINGS_MODULE": "payments_site.settings.local",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{ports['PORT']}",
        **sandbox_addresses(sandbox),
        "CALLBACK_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "VAR_DIR": str(var_dir),
        "PYTHONUNBUFFERED": "1",
    }
    return {**defaults, **ports, **_generated(var_dir), **services, **given}


def with_default_ports(given: Mapping[str, str]) -> dict[str, str]:
    """`given` with the three ports filled in."""
    return {**_PORTS, **given}


def throwaway_production() -> dict[str, str]:
    """A whole production environment that never serves anybody: new keys, addresses of the example domain."""
    return {
        "DJANGO_SETTINGS_MODULE": _PRODUCTION,
        "DATABASE_URL": "postgres://pay:none@db.example/pay",
        "REDIS_URL": "redis://redis.example:6379/0",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "FERNET_KEYS": _fernet_key(),
        "BLIND_INDEX_KEY": secrets.token_urlsafe(48),
        "PUBLIC_BASE_URL": "https://pay.example",
        "ALLOWED_HOSTS": "pay.example",
        **dict.fromkeys(sandbox_addresses(""), ""),
        "DEBUG": "",
    }
