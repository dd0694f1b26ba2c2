"""Names of messages, and what a try's error says in the reader's language.

The stored text is English: it is also what tenants get by the API.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext, gettext_noop

# What endpoints can ask for; the money room keeps to the same names (a test compares them).
MESSAGE_TYPES = (
    "transaction.completed",
    "transaction.failed",
    "transaction.expired",
    "transaction.cancelled",
    "transaction.under_review",
    "refund.processing",
    "refund.completed",
    "refund.failed",
)
# Sent to an endpoint on demand, in no feed and about no payment.
TEST_MESSAGE = "callback.test"

_KNOWN = (
    gettext_noop("the host name cannot be resolved"),
    gettext_noop("the TLS certificate or handshake failed"),
    gettext_noop("the connection failed"),
    gettext_noop("the connection was closed before an answer"),
    gettext_noop("the URL cannot be read"),
    gettext_noop("the exchange failed"),
    gettext_noop("the URL is not an http address"),
    gettext_noop("the URL is not https"),
    gettext_noop("the address belongs to a private network"),
    gettext_noop("the callback's content was erased with the payer's data"),
    gettext_noop("the endpoint is switched off"),
    gettext_noop("the callback's content cannot be decrypted with the present keys"),
    gettext_noop("the tenant has no usable callback secret"),
    gettext_noop("answered 410 Gone"),
    gettext_noop("nothing but failures for 5 days"),
    gettext_noop("switched off by the tenant"),
    gettext_noop("switched off by staff"),
    gettext_noop("deleted by the tenant"),
)


def spoken(error: str) -> str:
    """``error`` in the active language; what follows a colon (the system's own words) stays as it is."""
    waited = re.fullmatch(r"no answer within (\S+) s", error)
    if waited:
        return gettext("no answer within %s s") % waited[1]
    answered = re.fullmatch(r"answered (\d{3})", error)
    if answered:
        return gettext("answered %s") % answered[1]
    head, colon, rest = error.partition(": ")
    return f"{gettext(head)}{colon}{rest}" if head in _KNOWN else error
