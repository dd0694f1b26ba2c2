"""Pure rules about what staff enter: each gives a problem (``{field, constraint}``) or none; forms and services share them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from payments_site.kernel.errors import InvalidInput
from payments_site.kernel.http import url_points_inside
from tenants.models import ApiKey
from tenants.models.organisation import CODE_PATTERN, RESERVED_CODES

# Far above any payment, far below what a bigint column or a sum of many rows can hold.
MAX_MONEY = 10**15
MAX_ALLOWLIST = 100
MAX_CALLBACK_URL = 2048
MAX_API_URL = 500
_FORBIDDEN_IN_URL = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff\\]")

Problem = dict[str, Any]


def refuse(*problems: Problem | None) -> None:
    """Raise ``InvalidInput`` if there is any problem among ``problems``."""
    found = [problem for problem in problems if problem is not None]
    if found:
        raise InvalidInput(*found)


def code_problem(field: str, code: str) -> Problem | None:
    """A project's ``code`` or a tenant's ``app_code``: its form, and that it does not stand in the way of a route."""
    if not re.fullmatch(CODE_PATTERN.strip("^$"), code):
        return {"field": field, "constraint": "2 to 32 letters, digits, - or _, beginning with a letter or digit"}
    if code.lower() in RESERVED_CODES:
        return {"field": field, "value": code, "constraint": "this word is reserved"}
    return None


def url_problem(field: str, url: str, *, longest: int = MAX_CALLBACK_URL) -> Problem | None:
    """An absolute http or https URL with a host."""
    if len(url) > longest or _FORBIDDEN_IN_URL.search(url):
        return {"field": field, "constraint": f"a URL of at most {longest} characters without spaces is expected"}
    try:
        parts = urlsplit(url)
        well_formed = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        well_formed = False
    return None if well_formed else {"field": field, "constraint": "an http or https URL is expected"}


def callback_url_problem(field: str, url: str, *, allowed_hosts: frozenset[str], require_https: bool) -> Problem | None:
    """Where callbacks may go: not into a private network, and by https if that is required; ``allowed_hosts`` are exempt."""
    problem = url_problem(field, url)
    if problem:
        return problem
    if url_points_inside(url, allowed_hosts):
        return {"field": field, "constraint": "an address of a private network is refused"}
    parts = urlsplit(url)
    if require_https and parts.scheme != "https" and (parts.hostname or "").lower() not in allowed_hosts:
        return {"field": field, "constraint": "https is required"}
    return None


def money_fault(value: Any, *, least: int) -> str | None:
    """Why ``value`` is not an amount in đồng; None if it is one."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_MONEY:
        return f"an integer from {least} to {MAX_MONEY} is expected"
    return None


def limit_problems(limits: Mapping[str, Any], changed: Iterable[str] = ()) -> list[Problem]:
    """What is wrong with a tenant's limits as they would stand after the change; ``changed`` names the fields to blame."""
    problems = []
    for name in ("min_amount", "max_amount", "daily_amount", "monthly_amount"):
        value = limits[name]
        fault = None if value is None and name.startswith(("daily", "monthly")) else money_fault(value, least=1)
        if fault:
            problems.append({"field": name, "constraint": fault})
    if not problems and limits["min_amount"] > limits["max_amount"]:
        blamed = "max_amount" if "max_amount" in set(changed) else "min_amount"
        problems.append({"field": blamed, "value": limits[blamed], "constraint": "min_amount may not exceed max_amount"})
    return problems


def allowlist_problem(field: str, entries: Any) -> Problem | None:
    """A list of IP addresses and networks (``203.0.113.9``, ``203.0.113.0/24``)."""
    if not isinstance(entries, list) or len(entries) > MAX_ALLOWLIST:
        return {"field": field, "constraint": f"a list of at most {MAX_ALLOWLIST} addresses is expected"}
    for position, entry in enumerate(entries):
        try:
            if not isinstance(entry, str) or "%" in entry:
                raise ValueError("not a text, or an address with a zone")
            ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return {"field": f"{field}.{position}", "constraint": "an IP address or a network is expected"}
    return None


def scopes_problem(field: str, scopes: Any) -> Problem | None:
    """A list with at least one scope of an API key, each once."""
    known = ApiKey.Scope.values
    if not isinstance(scopes, list) or not 0 < len(scopes) <= len(known) or any(each not in known for each in scopes):
        return {"field": field, "constraint": "a list of " + ", ".join(ApiKey.Scope.values) + " is expected"}
    return None


def name_problem(field: str, name: str, *, longest: int = 200) -> Problem | None:
    """A name that people can read."""
    if not name.strip() or len(name) > longest or re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", name):
        return {"field": field, "constraint": f"1 to {longest} characters without control characters"}
    return None
