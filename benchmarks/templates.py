"""Child `templates SPEC`: payments that went through the service, of every kind that needs no other process."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

from benchmarks.inprocess import Caller, create_calls, notice_calls
from benchmarks.messages import signed_notice
from payments_site.kernel import clock
from transactions.models import PaymentAttempt, Transaction
from transactions.services.expire import expire_due

PAID, FAILED, EXPIRED = 160, 24, 16


def main(spec_file: str) -> None:
    """Create, pay and fail them; the rest expires."""
    spec, caller = json.loads(Path(spec_file).read_text()), Caller()
    for call in islice(create_calls(spec["path"], spec["api_key"]), PAID + FAILED + EXPIRED):
        caller.call(call)
    attempts = list(PaymentAttempt.objects.order_by("id").values_list("provider_reference", "amount"))
    queries = [
        signed_notice(reference, int(amount), 14_000_000 + number, code="00" if number < PAID else "24", **spec["keys"])
        for number, (reference, amount) in enumerate(attempts[: PAID + FAILED])
    ]
    for call in notice_calls(spec["notify"], queries):
        caller.call(call)
    Transaction.objects.filter(status=Transaction.Status.PENDING).update(expires_at=clock.now())
    expire_due(now=clock.now())
