"""A payer's browser without scripts: opens a payment's page, sends its forms, reads what stands on it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from sandbox_merchant import Answer, Merchant, call

_UNSEEN = {"style", "script", "title", "noscript"}


class _Text(HTMLParser):
    """The text a person sees, without what is marked as being in another language."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._lang, self._skip = lang, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        foreign = tag != "html" and fields.get("lang", self._lang) != self._lang
        if not self._skip and (tag in _UNSEEN or foreign):
            self._skip = tag
        self.words += [value for name, value in fields.items() if value and name in {"aria-label", "alt", "title"}]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skip:
            self._skip = ""

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.words.append(data)


def seen(html: str, lang: str) -> str:
    """The visible text of a page."""
    parser = _Text(lang)
    parser.feed(html)
    return re.sub(r"\s+", " ", " ".join(parser.words))


@dataclass
class Payer:
    """One payer at one payment page; `steps` is what they went through."""

    merchant: Merchant
    txn_ref: str
    locale: str = "vn"
    amount: int = 100_000
    asked_bank: str | None = None
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        url = self.merchant.url(
            vnp_TxnRef=self.txn_ref,
            vnp_Locale=self.locale,
            vnp_Amount=str(self.amount * 100),
            vnp_BankCode=self.asked_bank,
        )
        self.address = self.merchant.base + call("GET", url).location
        self.look()

    def look(self, **query: str) -> Answer:
        """The page at a step."""
        return self._arrive(call("GET", f"{self.address}&{urlencode(query)}" if query else self.address))

    def post(self, **form: str) -> Answer:
        """Sends a form and follows to the next step; the way back to the merchant is not followed."""
        answer = call("POST", self.address, urlencode(form))
        if answer.status == 303 and "/vnpay/" in answer.location and "PaymentMethod" in answer.location:
            return self._arrive(call("GET", self.merchant.base + answer.location))
        return answer

    def type_card(self, number: str, **changes: str) -> Answer:
        return self.post(**({"do": "card", "number": number, "holder": "NGUYEN VAN A", "date": "07/15"} | changes))

    def _arrive(self, answer: Answer) -> Answer:
        found = re.search(r'data-step="(\w+)"', answer.text)
        self.steps.append(found[1] if found else "")
        return answer

    @property
    def payment(self) -> Any:
        return self.merchant.payment(self.txn_ref)


def code_of(answer: Answer) -> str:
    """The vnp_ResponseCode that the browser takes back to the merchant."""
    return dict(parse_qsl(urlsplit(answer.location).query))["vnp_ResponseCode"]
