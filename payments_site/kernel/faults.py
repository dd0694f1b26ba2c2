"""Named durable steps at which a test may kill the process, to prove that nothing is lost or doubled.

``FAULT_POINT=create.provider_answered`` in the environment of a process makes it die by SIGKILL when it reaches that step;
``FAULT_POINT_FILE`` (a path) makes it happen once only: the file is removed first, and without it nothing happens.
"""

from __future__ import annotations

import os
import signal

FAULT_POINTS = frozenset(
    {
        "create.reserved",  # idempotency key reserved, nothing else written yet (same database transaction)
        "create.attempt_written",  # transaction and attempt committed, the provider not yet asked
        "create.provider_answered",  # the provider answered, its answer not yet stored
        "create.answer_stored",  # everything stored, the client not yet answered
        "notice.stored",  # the raw notice is stored, not yet verified
        "notice.settled",  # the money fact is committed, the provider not yet answered
        "retry.claimed",  # stored notices leased for another try, none of them judged yet
        "refund.reserved",  # the refund is written, the provider not yet asked
        "refund.claimed",  # the refund will never be sent by anybody else, the provider not yet asked
        "refund.provider_answered",  # the provider answered, its answer not yet stored
        "expire.done",  # one payment of a batch expired, the rest of the batch not yet looked at
        "resolve.claimed",  # attempts and refunds leased, nobody asked yet
        "resolve.answered",  # the provider answered about an attempt, its answer not yet settled
        "resolve.settled",  # what the provider said is a fact, the attempt's next question not yet scheduled
        "reconcile.staged",  # the working tables are made, nothing matched yet
        "reconcile.batch_matched",  # one batch of matches is committed, the next is not
        "reconcile.step_done",  # a strategy has done what it can, the next has not begun
        "reconcile.items_written",  # items and sums are written, not committed; the run is not over
        "statement.stored",  # the file is kept, nothing of it is read
        "statement.copied",  # its lines are written, the transaction that shows them has not ended
        "callback.claimed",  # deliveries leased, nothing sent
        "callback.sent",  # the receiver has it, our row does not know yet
        "catch_up.looked",  # an endpoint that is on again has what it missed, the next one was not looked at yet
        "beat.sent",  # a job is in its queue, that it ran is not written down yet
    }
)
_armed = os.environ.get("FAULT_POINT", "")


def fault_point(name: str) -> None:
    """Die here by SIGKILL if the environment asks for it; costs one comparison otherwise."""
    if _armed != name:
        return
    once = os.environ.get("FAULT_POINT_FILE")
    if once:
        try:
            os.unlink(once)
        except FileNotFoundError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
