"""What `manage.py seed_demo` left in VAR_DIR/demo.json: the demo's own logins and keys."""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from payments_site.devstack.errors import DevstackError
from payments_site.devstack.readiness import ask


@dataclass(frozen=True)
class Login:
    """A person of the back office."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Account:
    """The demo's account at one provider, where that provider sends its notices, and what it keeps of a payment."""

    notify_url: str
    credentials: dict[str, str] = field(repr=False)
    fees: dict[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Demo:
    """One project, one tenant, an account at each provider, two members of staff."""

    admin: Login
    approver: Login
    project_code: str
    app_code: str
    accounts: dict[str, Account]
    staff_token: str = field(repr=False)
    api_key: str = field(repr=False)
    callback_secret: str = field(repr=False)


def read_demo(path: Path) -> Demo:
    """The demo of `path`; DevstackError if the file is not what this program expects."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        raw |= {name: Login(raw[name]["username"], raw[name]["password"]) for name in ("admin", "approver")}
        raw["accounts"] = {
            code: Account(one["notify_url"], dict(one["credentials"]), dict(one["fees"])) for code, one in raw["accounts"].items()
        }
        return Demo(**{each.name: raw[each.name] for each in fields(Demo)})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DevstackError(
            f"{path} is not a whole demo file ({error!r}). Delete it, and the demo's keys are made anew."
        ) from error


def register_accounts(demo: Demo, sandbox_port: str) -> None:
    """Tell each provider's sandbox about the demo's merchant, as the provider's staff would."""
    for code, account in demo.accounts.items():
        body = {**account.credentials, "notify_url": account.notify_url, "name": "Cửa hàng demo", "fees": account.fees}
        answer = ask("POST", f"http://127.0.0.1:{sandbox_port}/_control/{code}/accounts", body)
        if answer.status >= 300:
            raise DevstackError(f"The sandbox of {code} did not take the demo's account: {answer.status} {answer.body[:300]!r}")
