"""Every way a payment can go, by name. The page's drawer, the control API and the magic amounts choose from here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

NOTICES = ("normal", "none", "twice", "after_return", "slow", "bad_signature", "wrong_amount")


class CannotPlay(Exception):
    """The payment cannot go that way: it has ended, or its time is over."""


@dataclass(frozen=True)
class Scenario:
    """How it ends (`kind`: paid, fail, cancel, expire, pending; `code` of a failure), how the notice goes, what the browser gets.

    `late`: the payer pressed in time, but the bank says yes only after the deadline; notice and return wait for it.
    `twice`: the money is taken two times, each told by its own notice. `page`: return, slow, 500.
    """

    name: str = "paid"
    kind: str = "paid"
    code: str = ""
    notice: str = "normal"
    page: str = "return"
    late: bool = False
    twice: bool = False

    @property
    def waits(self) -> bool:
        """Whether a caller may wait for the merchant's answer to the notice: it comes soon."""
        return not self.late and self.notice not in {"after_return", "slow"}


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("paid"),
        Scenario("fail", "fail"),
        Scenario("cancel", "cancel"),
        Scenario("expire", "expire"),
        Scenario("pending", "pending"),
        Scenario("late", late=True),
        Scenario("pay_twice", twice=True),
        Scenario("notice_twice", notice="twice"),
        Scenario("wrong_amount", notice="wrong_amount"),
        Scenario("bad_signature", notice="bad_signature"),
        Scenario("silent", notice="none"),
        Scenario("return_first", notice="after_return"),
        Scenario("slow_notice", notice="slow"),
        Scenario("slow_page", page="slow"),
        Scenario("server_error", page="500"),
    )
}

# The last three digits of the amount go the way NN by 1NN, the same for every provider; a provider's own failures come beside.
MAGIC = {
    11: "expire",
    24: "cancel",
    101: "late",
    102: "pay_twice",
    103: "notice_twice",
    104: "wrong_amount",
    105: "bad_signature",
    106: "silent",
    107: "return_first",
    108: "slow_notice",
    109: "slow_page",
    110: "server_error",
    111: "pending",
}


def scenario(name: str, *, code: str = "", notice: str = "") -> Scenario:
    """The named scenario; a code or a notice given takes the place of its own. KeyError for a name nobody knows."""
    found = SCENARIOS[name]
    return replace(found, code=code or found.code, notice=notice or found.notice)


def of_amount(amount: int, failures: Mapping[int, str]) -> Scenario:
    """The scenario of the amount's last three digits; an ordinary amount is simply paid."""
    ending = amount % 1000
    if ending in failures:
        return scenario("fail", code=failures[ending])
    return SCENARIOS[MAGIC.get(ending, "paid")]
