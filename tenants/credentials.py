"""What each provider's credentials and options consist of, as data. No adapter is asked: this app stands below them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments_site.kernel.errors import InvalidInput
from payments_site.kernel.redaction import mask

MAX_VALUE_LENGTH = 512
MAX_OPTION_LENGTH = 200
MAX_OBJECT_LENGTH = 4_000
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class CredentialForm:
    """The fields of one provider. ``identifier`` names those that tell accounts apart; ``patterns`` are what they look like.

    ``name`` is the provider's own, the same in every language.
    """

    fields: tuple[str, ...]
    identifier: tuple[str, ...]
    patterns: Mapping[str, str] = field(default_factory=dict)
    open_fields: frozenset[str] = frozenset()
    name: str = ""

    def is_secret(self, name: str) -> bool:
        """Whether the field's value may never be shown again."""
        return name not in self.identifier and name not in self.open_fields


# The closed list of providers: who stands here can be set up and named by clients (``PaymentProvider``).
FORMS: dict[str, CredentialForm] = {
    "vnpay": CredentialForm(("tmn_code", "hash_secret"), ("tmn_code",), {"tmn_code": r"[A-Za-z0-9]{8}"}, name="VNPay"),
    "momo": CredentialForm(
        ("partner_code", "access_key", "secret_key"), ("partner_code",), {"partner_code": r"[A-Za-z0-9_-]{1,50}"}, name="MoMo"
    ),
    "zalopay": CredentialForm(("app_id", "key1", "key2"), ("app_id",), {"app_id": r"[0-9]{1,18}"}, name="ZaloPay"),
    "napas": CredentialForm(
        ("merchant_id", "client_secret", "username", "password"),
        ("merchant_id",),
        {"merchant_id": r"[A-Za-z0-9_.-]{1,64}"},
        frozenset({"username"}),
        name="NAPAS",
    ),
    "payos": CredentialForm(
        ("client_id", "api_key", "checksum_key"), ("client_id",), {"client_id": r"[A-Za-z0-9_-]{1,64}"}, name="PayOS"
    ),
    "vietqr": CredentialForm(
        ("bin", "account_number", "account_name", "webhook_secret"),
        ("bin", "account_number"),
        {"bin": r"[0-9]{6}", "account_number": r"[A-Za-z0-9]{1,19}"},
        frozenset({"account_name"}),
        name="VietQR",
    ),
}


class OptionKind(StrEnum):
    """What an option's value is in JSON."""

    BOOL = "bool"
    INT = "int"
    CHOICE = "choice"
    TEXT = "text"
    OBJECT = "object"


@dataclass(frozen=True)
class Option:
    """One thing that can be set for an account. One that is not set has its ``default``; None: the provider's own rule."""

    name: str
    kind: OptionKind
    label: str | Promise
    help: str | Promise = ""
    default: bool | int | str | None = None
    choices: tuple[int | str, ...] = ()
    smallest: int = 1
    largest: int = 999_999_999_999

    def fault(self, value: Any) -> str | None:
        """What is wrong with ``value``, if anything is; its type counts: ``true`` is not 1 and ``"100"`` not 100."""
        return _OPTION_FAULTS[self.kind](self, value)


def _bool_fault(option: Option, value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false is expected"


def _int_fault(option: Option, value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and option.smallest <= value <= option.largest:
        return None
    return f"a whole number from {option.smallest} to {option.largest} is expected"


def _choice_fault(option: Option, value: Any) -> str | None:
    if any(type(value) is type(choice) and value == choice for choice in option.choices):
        return None
    return "one of " + ", ".join(map(str, option.choices))


def _text_fault(option: Option, value: Any) -> str | None:
    if not isinstance(value, str) or not value or len(value) > MAX_OPTION_LENGTH:
        return f"a text of 1 to {MAX_OPTION_LENGTH} characters is expected"
    return "no control characters, no spaces at either end" if _UNPRINTABLE.search(value) or value != value.strip() else None


def _object_fault(option: Option, value: Any) -> str | None:
    if not isinstance(value, dict) or not value:
        return "a JSON object is expected"
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return "a JSON object is expected"
    # Backslashes are how JSON hides what PostgreSQL can not store.
    if len(text) > MAX_OBJECT_LENGTH or _UNPRINTABLE.search(text) or "\\u" in text:
        return f"a JSON object of at most {MAX_OBJECT_LENGTH} printable characters is expected"
    return None


_OPTION_FAULTS = {
    OptionKind.BOOL: _bool_fault,
    OptionKind.INT: _int_fault,
    OptionKind.CHOICE: _choice_fault,
    OptionKind.TEXT: _text_fault,
    OptionKind.OBJECT: _object_fault,
}

# Of every provider: which account is tried first, and how much of us may wait for it.
COMMON_OPTIONS = (
    Option(
        "priority", OptionKind.INT, _("Priority"),
        _("Where several providers can take a payment, the smallest number comes first; the same number: the cheapest."),
        100, smallest=0, largest=1000,
    ),
    Option(
        "offered_from", OptionKind.INT, _("Offered from"),
        _("In đồng. Payers who choose are not offered it below this amount; a client may still name it."),
    ),
    Option(
        "offered_to", OptionKind.INT, _("Offered up to"),
        _("In đồng. Payers who choose are not offered it above this amount; a client may still name it."),
    ),
    Option(
        "max_calls", OptionKind.INT, _("Calls at the same time"),
        _("How many requests to the provider may wait for an answer at once; above that it is passed over."), largest=1000,
    ),
)  # fmt: skip
_OWN_LIMITS = (
    Option("min_amount", OptionKind.INT, _("Smallest amount"), _("In đồng, as agreed with the provider.")),
    Option("max_amount", OptionKind.INT, _("Largest amount"), _("In đồng, as agreed with the provider.")),
)
OWN_OPTIONS: dict[str, tuple[Option, ...]] = {
    "vnpay": (),
    "momo": (
        Option(
            "auto_capture", OptionKind.BOOL, _("Take the money at once"),
            _("Otherwise MoMo holds it until it is captured or released."), True,
        ),
        Option("card_max_amount", OptionKind.INT, _("Largest amount by card"), _("In đồng, as agreed with the provider.")),
        Option(
            "order_expire_time", OptionKind.BOOL, _("Send the payment's deadline"),
            _("Only for contracts with which MoMo reads orderExpireTime."), False,
        ),
        Option(
            "refund_query_request_id", OptionKind.CHOICE, _("Request id when asking about a refund"),
            _("The refund's own, or a new one each time."), "own", ("own", "new"),
        ),
        Option("storeId", OptionKind.TEXT, _("Store (storeId)")),
        Option("storeName", OptionKind.TEXT, _("Name of the store (storeName)")),
        Option("partnerName", OptionKind.TEXT, _("Name of the merchant (partnerName)")),
        Option(
            "card_email", OptionKind.TEXT, _("E-mail for card payments"),
            _("Sent where the payer's own is not known: MoMo wants one."),
        ),
        Option(
            "request_types", OptionKind.OBJECT, _("Request types by method"),
            _('JSON, for example {"card": "payWithCC"}; methods that are not named keep their own.'),
        ),
    ),
    "zalopay": (
        Option("cancel", OptionKind.BOOL, _("Cancel unpaid orders at ZaloPay"), _("Only once ZaloPay has confirmed it."), False),
        Option("cancel_path", OptionKind.TEXT, _("Path for cancelling"), _("Where ZaloPay named another one than /v2/cancel.")),
        Option("refund_fee_amount", OptionKind.INT, _("Fee of a refund"), _("In đồng, taken off what the payer receives back.")),
        *_OWN_LIMITS,
        Option(
            "methods", OptionKind.OBJECT, _("Methods at ZaloPay"),
            _('JSON, for example {"international_card": {"bank_code": "CC"}}; methods that are not named keep their own.'),
        ),
    ),
    "napas": (
        Option(
            "mode", OptionKind.CHOICE, _("Kind of gateway"),
            _("dps: form on our page; vpc: the older gateway with a page of its own."), "dps", ("dps", "vpc"),
        ),
        Option("access_code", OptionKind.TEXT, _("Access code (vpc_AccessCode)"), _("Only for the older gateway.")),
        Option(
            "amount_factor", OptionKind.CHOICE, _("Unit of vpc_Amount"),
            _("Only for the older gateway: 100 sends hundredths of a đồng, 1 sends đồng."), 100, (1, 100),
        ),
        *_OWN_LIMITS,
        Option("channel", OptionKind.TEXT, _("Channel"), _("As NAPAS has assigned it (6014 if empty).")),
    ),
    "payos": (
        Option(
            "flat_dialect", OptionKind.BOOL, _("Also take flat notices"),
            _("The older form of the notice, signed in a header. Leave it off unless your integration needs it."), False,
        ),
        Option(
            "memo_length", OptionKind.CHOICE, _("Length of the transfer's memo"),
            _("9 characters where the bank account is not linked through payOS, else 25."), 25, (9, 25),
        ),
    ),
    "vietqr": (),
}  # fmt: skip


def options_of(provider_code: str) -> dict[str, Option]:
    """What can be set for an account of the provider, by name."""
    return {option.name: option for option in (*OWN_OPTIONS[provider_code], *COMMON_OPTIONS)}


def check_options(provider_code: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as they will be stored: only what is set; None means its default.

    Raises ``InvalidInput`` naming each wrong one.
    """
    known = options_of(provider_code)
    kept = {name: value for name, value in options.items() if value is not None}
    problems = [_option_problem(name, "not an option of this provider") for name in sorted(set(options) - set(known))]
    faults = {name: known[name].fault(kept[name]) for name in known if name in kept}
    problems += [_option_problem(name, fault) for name, fault in faults.items() if fault]
    problems += [] if problems else _together(provider_code, kept)
    if problems:
        raise InvalidInput(*problems)
    return {name: kept[name] for name in known if name in kept}


def shown_options(provider_code: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Every option with its value in force, defaults too; None where there is none."""
    return {name: options.get(name, option.default) for name, option in options_of(provider_code).items()}


def _together(provider_code: str, options: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What single values do not show."""
    for low, high in (("min_amount", "max_amount"), ("offered_from", "offered_to")):
        smallest, largest = options.get(low), options.get(high)
        if smallest is not None and largest is not None and smallest > largest:
            yield _option_problem(high, "not below the smallest amount")
    if provider_code == "napas" and options.get("mode") == "vpc" and not options.get("access_code"):
        yield _option_problem("access_code", "required for the older gateway")


def _option_problem(name: str, constraint: str) -> dict[str, str]:
    return {"field": f"options.{name[:100]}", "constraint": constraint}


def check(provider_code: str, credentials: Mapping[str, Any]) -> dict[str, str]:
    """The credentials as they will be stored. Raises ``InvalidInput`` naming each wrong field, never showing its value."""
    form = FORMS[provider_code]
    problems = [_problem(name, "not a credential of this provider") for name in sorted(set(credentials) - set(form.fields))]
    for name in form.fields:
        fault = _fault(form, name, credentials.get(name))
        if fault:
            problems.append(_problem(name, fault))
    if problems:
        raise InvalidInput(*problems)
    return {name: credentials[name] for name in form.fields}


def identifier_of(provider_code: str, credentials: Mapping[str, str]) -> str:
    """By what the provider's notices name the account (``tmn_code``, ``partner_code`` ...; parts are joined by a colon)."""
    return ":".join(credentials[name] for name in FORMS[provider_code].identifier)


def masked(identifier: str) -> str:
    """An identifier as it is shown to people: enough to recognise, too little to use."""
    return ":".join(mask(part) for part in identifier.split(":"))


def _problem(name: str, constraint: str) -> dict[str, str]:
    return {"field": f"credentials.{name[:100]}", "constraint": constraint}


def _fault(form: CredentialForm, name: str, value: Any) -> str | None:
    if value is None:
        return "required"
    if not isinstance(value, str) or not value or len(value) > MAX_VALUE_LENGTH:
        return f"a text of 1 to {MAX_VALUE_LENGTH} characters is expected"
    if _UNPRINTABLE.search(value) or value != value.strip():
        return "no control characters, no spaces at either end"
    pattern = form.patterns.get(name)
    if pattern and not re.fullmatch(pattern, value):
        return f"does not match {pattern}"
    return None
