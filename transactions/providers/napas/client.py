"""One call to DPS: with a token, a refused one renewed once, and the answer read as a JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from payments_site.kernel.http import HttpAnswer, HttpClient
from transactions.providers.base import AccountContext, AnswerUnreadable, CredentialsRefused, FateUnknown
from transactions.providers.napas import reading, tokens
from transactions.providers.napas.reading import Document

_LONGEST_SAYING = 120
_REFUSALS = frozenset({"INVALID_REQUEST", "REQUEST_REJECTED"})


@dataclass(frozen=True)
class Answer:
    """A readable answer: 200, or a 4xx in which NAPAS explains its refusal (``cause``)."""

    status: int
    document: Document

    @property
    def payment(self) -> Document:
        """The ``paymentResult``, in its own object or on top."""
        inner = reading.section(self.document, "paymentResult")
        return inner if inner or "order" not in self.document else self.document

    @property
    def error(self) -> Document:
        """NAPAS's explanation of an error, wherever it put it; empty where there is none."""
        for place in (self.document, self.payment, reading.section(self.document, "tokenResult")):
            found = reading.section(place, "error")
            if found:
                return found
        return {}

    @property
    def cause(self) -> str:
        """NAPAS's word for an error; "" where there is none."""
        return reading.text(self.error, "cause")

    @property
    def is_refusal(self) -> bool:
        """Whether NAPAS clearly did not do what it was asked for."""
        return self.status >= 400 or (not self.payment and self.cause in _REFUSALS)

    @property
    def said(self) -> str:
        """NAPAS's own explanation, for people; "" where there is none."""
        response = reading.section(self.payment, "response")
        said = reading.text(self.error, "explanation") or reading.text(response, "message")
        return (said or self.cause)[:_LONGEST_SAYING]


def call(
    account: AccountContext, method: str, url: str, body: Mapping[str, Any] | None, http: HttpClient, now: datetime
) -> Answer:
    """NAPAS's answer. Raises ``CredentialsRefused``, ``NoToken``, ``FateUnknown``, and what ``HttpClient.request`` raises.

    A 401 means that NAPAS has not looked at the request, so one more try with a new token repeats nothing.
    """
    token = tokens.token_of(account, http, now)
    answer = _send(method, url, body, token, http)
    if answer.status == 401:
        tokens.forget(account, token)
        answer = _send(method, url, body, tokens.token_of(account, http, now), http)
    if answer.status in (401, 403):
        raise CredentialsRefused(f"HTTP {answer.status}", code=str(answer.status))
    return _readable(answer)


def check_merchant(account: AccountContext, *documents: Document) -> None:
    """A good answer repeats our merchant id, in one of ``documents``. Raises ``AnswerUnreadable``."""
    named = {reading.text(document, "merchantId") for document in documents} - {""}
    if named != {account.credentials["merchant_id"]}:
        raise AnswerUnreadable("the answer is about another merchant")


def _send(method: str, url: str, body: Mapping[str, Any] | None, token: str, http: HttpClient) -> HttpAnswer:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    if body is None:
        return http.request(method, url, headers=headers)
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return http.request(method, url, body=raw, headers={**headers, "Content-Type": "application/json"})


def _readable(answer: HttpAnswer) -> Answer:
    explained = 400 <= answer.status < 500 and answer.status not in (408, 409, 425, 429)
    if answer.status not in (200, 201) and not explained:
        raise FateUnknown(f"HTTP {answer.status}")
    try:
        document = reading.parse(answer.body)
    except ValueError as error:
        raise AnswerUnreadable(f"HTTP {answer.status}: the answer is not a JSON object") from error
    found = Answer(answer.status, document)
    if explained and not found.cause:
        # A proxy in between may say 404 too.
        raise AnswerUnreadable(f"HTTP {answer.status} without NAPAS's own explanation")
    return found
