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
class Demo:
    """One project, one tenant, one VNPay account, two members of staff."""

    admin: Login
    approver: Login
    project_code: str
    app_code: str
    tmn_code: str
    sandbox_ipn_url: str
    staff_token: str = field(repr=False)
    api_key: str = field(repr=False)
    callback_secret: str = field(repr=False)
    hash_secret: str = field(repr=False)


def read_demo(path: Path) -> Demo:
    """The demo of `path`; DevstackError if the file is not what this program expects."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        raw |= {name: Login(raw[name]["username"], raw[name]["password"]) for name in ("admin", "approver")}
        return Demo(**{each.name: raw[each.name] for each in fields(Demo)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DevstackError(
            f"{path} is not a whole demo file ({error!r}). Delete it, and the demo's keys are made anew."
        ) from error


def register_terminal(demo: Demo, sandbox_port: str) -> None:
    """Tell the VNPay sandbox about the demo's merchant, as VNPay's staff would."""
    terminal = {"tmn_code": demo.tmn_code, "hash_secret": demo.hash_secret, "ipn_url": demo.sandbox_ipn_url}
    answer = ask("POST", f"http://127.0.0.1:{sandbox_port}/_control/vnpay/terminals", terminal)
    if answer.status >= 300:
        raise DevstackError(f"The sandbox did not take the demo's terminal: {answer.status} {answer.body[:300]!r}")
