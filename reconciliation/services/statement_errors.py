"""What can go wrong with a statement, with codes of the registry."""

from __future__ import annotations

from payments_site.kernel.errors import DomainError
from reconciliation.models import Statement
from reconciliation.statements.faults import UNREADABLE


class StatementKnown(DomainError):
    """The very same file was brought in before for the account; ``details`` say which statement it is."""

    code = "STATEMENT_KNOWN"

    def __init__(self, earlier: Statement | None) -> None:
        super().__init__({"statement_id": earlier.public_id, "state": earlier.state} if earlier is not None else {})
        self.earlier = earlier


class StatementUnreadable(DomainError):
    """The file can not be read at all; ``details`` have the reason."""

    code = "STATEMENT_UNREADABLE"

    def __init__(self, reason: str, statement_id: str = "") -> None:
        super().__init__({"reason": reason, **({"statement_id": statement_id} if statement_id else {})})
        self.reason = reason

    def message(self, language: str) -> str:
        """The registry's text and the reason."""
        words = UNREADABLE.get(self.reason)
        return f"{super().message(language)}: {words}" if words is not None else super().message(language)


class StatementTooLarge(DomainError):
    """More bytes than a statement may have."""

    code = "PAYLOAD_TOO_LARGE"


class ProfileMissing(DomainError):
    """No mapping profile says how to read files of this provider."""

    code = "PROFILE_MISSING"


class StatementBusy(DomainError):
    """Somebody else is reading it at this moment."""

    code = "STATEMENT_BUSY"


class StatementDecided(DomainError):
    """It is imported or refused: nothing is left to be decided about it."""

    code = "STATEMENT_DECIDED"
