"""Every way a payment can go, by name. The page's drawer, the control API and the magic amounts choose from here."""

from dataclasses import dataclass, replace

from sandbox.vnpay.codes import FAILURES


@dataclass(frozen=True)
class Scenario:
    """How it ends (`kind`, `code`), how the IPN goes (`ipn`), and what the browser gets (`page`: return, slow, 500).

    `late`: the payer pressed in time, but the bank confirms only after the deadline; IPN and return wait for it.
    """

    kind: str = "pay"
    code: str = "51"
    ipn: str = "normal"
    page: str = "return"
    late: bool = False


SCENARIOS = {
    "pay": Scenario(),
    "fail": Scenario("fail"),
    "cancel": Scenario("cancel"),
    "suspicious": Scenario("suspicious"),
    "late": Scenario(late=True),
    "pay_twice": Scenario(ipn="pay_twice"),
    "ipn_twice": Scenario(ipn="twice"),
    "wrong_amount": Scenario(ipn="wrong_amount"),
    "bad_signature": Scenario(ipn="bad_signature"),
    "silent": Scenario(ipn="none"),
    "return_first": Scenario(ipn="after_return"),
    "slow_ipn": Scenario(ipn="slow"),
    "slow_page": Scenario(page="slow"),
    "server_error": Scenario(page="500"),
}

# The last three digits of the amount: 0CC ends with code CC, 1NN goes the way NN. Anything else pays.
MAGIC: dict[int, tuple[str, str]] = {
    **{int(code): ("fail", code) for code in FAILURES},
    7: ("suspicious", "07"),
    24: ("cancel", "24"),
    101: ("late", ""),
    102: ("pay_twice", ""),
    103: ("ipn_twice", ""),
    104: ("wrong_amount", ""),
    105: ("bad_signature", ""),
    106: ("silent", ""),
    107: ("return_first", ""),
    108: ("slow_ipn", ""),
    109: ("slow_page", ""),
    110: ("server_error", ""),
}


def scenario(name: str, code: str = "", ipn: str = "") -> Scenario:
    """The named scenario; a code or an IPN mode given takes the place of its own. KeyError for a name nobody knows."""
    found = SCENARIOS[name]
    return replace(found, code=code or found.code, ipn=ipn or found.ipn)


def name_of_amount(amount: int) -> tuple[str, str]:
    """What happens when the payer presses pay for this amount: the scenario's name and the code ("" = its own)."""
    return MAGIC.get(amount % 1000, ("pay", ""))


def of_amount(amount: int) -> Scenario:
    """The scenario of the amount's last three digits; an ordinary amount is simply paid."""
    return scenario(*name_of_amount(amount))
