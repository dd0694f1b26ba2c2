"""What production will not start with. All faults are named at once, none of their values is shown."""

from __future__ import annotations

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from payments_site.settings.env import env

REQUIRED = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FERNET_KEYS",
    "BLIND_INDEX_KEY",
    "PUBLIC_BASE_URL",
    "ALLOWED_HOSTS",
)
PROVIDER_ADDRESSES = (
    "VNPAY_PAYMENT_URL",
    "VNPAY_API_URL",
    "MOMO_API_URL",
    "ZALOPAY_API_URL",
    "PAYOS_API_URL",
    "NAPAS_API_URL",
    "NAPAS_VPC_PAYMENT_URL",
    "NAPAS_VPC_API_URL",
    "VNPAY_STATEMENT_URL",
    "MOMO_STATEMENT_URL",
    "ZALOPAY_STATEMENT_URL",
    "NAPAS_STATEMENT_URL",
    "PAYOS_STATEMENT_URL",
    "VIETQR_STATEMENT_URL",
)
_SANDBOX_WORDS = ("sandbox", "test-payment", "sb-openapi", "staging", "127.0.0.1", "localhost")


def refuse_unsafe_start() -> None:
    """Raise ``ImproperlyConfigured`` naming every variable that is missing or unsafe."""
    faults = [f"{name} is not set" for name in REQUIRED if not env.str(name, default="")]
    faults += _unsafe_values()
    if faults:
        raise ImproperlyConfigured("production refuses to start: " + "; ".join(faults))


def _unsafe_values() -> list[str]:
    faults = []
    if env.bool("DEBUG", default=False):
        faults.append("DEBUG is on")
    secret = env.str("SECRET_KEY", default="")
    if secret and (len(secret) < 50 or "insecure" in secret or len(set(secret)) < 5):
        faults.append("SECRET_KEY is a default or too weak (at least 50 characters)")
    if not all(_is_fernet_key(key) for key in env.list("FERNET_KEYS", default=[])):
        faults.append("FERNET_KEYS holds something that is not a Fernet key")
    base = env.str("PUBLIC_BASE_URL", default="")
    if base and not base.startswith("https://"):
        faults.append("PUBLIC_BASE_URL is not https")
    if "*" in env.list("ALLOWED_HOSTS", default=[]):
        faults.append("ALLOWED_HOSTS allows every host")
    faults += [f"{name} is a sandbox's address" for name in PROVIDER_ADDRESSES if _is_sandbox(env.str(name, default=""))]
    return faults


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _is_sandbox(url: str) -> bool:
    return any(word in url for word in _SANDBOX_WORDS)
