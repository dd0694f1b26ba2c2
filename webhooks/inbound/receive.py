"""Taking in a provider's notice: stored raw, then verified, then applied, and only then answered in the provider's own words.

Whatever fails after the first step can be replayed from the stored row (``replay``), and nothing is lost by it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from audit.models import AuditEntry, OperationalEvent
from audit.services import Actor, prepare, raise_event
from payments_site.kernel.faults import fault_point
from payments_site.kernel.rows import Change, next_numbers, write
from payments_site.kernel.sealing import KeyDestroyed, SealBroken
from tenants.models import ProviderAccount
from tenants.selectors import account_by_public_id, accounts_at, accounts_by_identifier, verifying_versions
from transactions.models import DataKey, Receipt
from transactions.personal import fresh_key, key_of, seal_json, unseal_json
from transactions.providers import registry
from transactions.providers.base import (
    AccountContext,
    AckOutcome,
    AckResponse,
    InvalidSignature,
    MalformedNotification,
    Notification,
    Peeked,
    Provider,
    RawRequest,
)
from transactions.services.accounts import context_of
from transactions.services.settle import Settlement, Source, settle
from transactions.services.unidentified import attempt_named_in_memo, keep_unidentified
from webhooks.inbound import addresses, backoff
from webhooks.inbound import raw as raw_form
from webhooks.inbound.models import ProviderNotification

logger = logging.getLogger(__name__)
Verdict = ProviderNotification.Verdict

_ACKS: dict[str, AckOutcome] = {
    Verdict.APPLIED: AckOutcome.STORED,
    Verdict.UNCHANGED: AckOutcome.STORED,
    Verdict.REPEATED: AckOutcome.REPEATED,
    Verdict.WRONG_AMOUNT: AckOutcome.WRONG_AMOUNT,
    Verdict.UNKNOWN_ORDER: AckOutcome.UNKNOWN_ORDER,
    Verdict.UNKNOWN_ACCOUNT: AckOutcome.BAD_SIGNATURE,
    Verdict.BAD_SIGNATURE: AckOutcome.BAD_SIGNATURE,
    Verdict.UNLISTED_ADDRESS: AckOutcome.BAD_SIGNATURE,
    Verdict.UNREADABLE: AckOutcome.UNREADABLE,
    Verdict.ERROR: AckOutcome.OUR_ERROR,
}
_ERROR_CODES: dict[str, str] = {
    Verdict.BAD_SIGNATURE: "WEBHOOK_INVALID_SIGNATURE",
    Verdict.UNKNOWN_ACCOUNT: "WEBHOOK_INVALID_SIGNATURE",
    Verdict.UNLISTED_ADDRESS: "WEBHOOK_INVALID_IP",
    Verdict.UNREADABLE: "WEBHOOK_PROCESSING_ERROR",
    Verdict.ERROR: "WEBHOOK_PROCESSING_ERROR",
    Verdict.UNKNOWN_ORDER: "TRANSACTION_NOT_FOUND",
    Verdict.WRONG_AMOUNT: "INVALID_AMOUNT",
}
_SETTLEMENTS: dict[Settlement, str] = {
    Settlement.APPLIED: Verdict.APPLIED,
    Settlement.REPEATED: Verdict.REPEATED,
    Settlement.UNCHANGED: Verdict.UNCHANGED,
    Settlement.WRONG_AMOUNT: Verdict.WRONG_AMOUNT,
    Settlement.UNDERPAID: Verdict.APPLIED,
}
# What a verdict writes on its row; the rest of a notice never changes.
_JUDGED = (
    "verdict", "error_code", "reply_status", "reply_body", "processed_at", "tries", "failures", "next_try_at", "reviewed_at",
)  # fmt: skip
# A notice that names no account is tried with at most so many keys.
_MOST_KEYS_TRIED = 100
REFUSED = frozenset({Verdict.BAD_SIGNATURE, Verdict.UNKNOWN_ACCOUNT, Verdict.UNREADABLE, Verdict.UNLISTED_ADDRESS})


@dataclass(frozen=True)
class Claim:
    """The attempt that a notice claims to be about, and the key under which its payer's data is sealed."""

    attempt_id: int
    account_id: int
    data_key: DataKey


@dataclass(frozen=True)
class Received:
    """The answer for the provider, the verdict that led to it, and the stored notice."""

    answer: AckResponse
    verdict: str
    notice: ProviderNotification


def receive(
    *,
    provider_code: str,
    account_id: str | None,
    raw: RawRequest,
    path: str,
    source_ip: str | None,
    request_id: str,
    now: datetime,
) -> Received:
    """Take in one notice. Raises ``registry.UnknownProvider``; any other failure is an answer and a stored verdict.

    A request that is too long is kept as far as it was read, and judged unreadable.
    """
    adapter = registry.get(provider_code)
    candidates, claim = _look_up(adapter, account_id, raw)
    notice = _store(adapter, candidates, claim, raw, path, source_ip, request_id, now)
    fault_point("notice.stored")
    return process(notice=notice, adapter=adapter, candidates=candidates, claim=claim, raw=raw, now=now)


def is_genuine(*, provider_code: str, account_id: str | None, raw: RawRequest, now: datetime) -> bool:
    """Whether an account's key signed this; nothing is stored. Asked only where an address has sent too much that was refused."""
    adapter = registry.get(provider_code)
    candidates, _ = _look_up(adapter, account_id, raw)
    try:
        _verify(adapter, candidates, raw, now)
    except (InvalidSignature, MalformedNotification):
        return False
    return True


def process(
    *,
    notice: ProviderNotification,
    adapter: Provider,
    candidates: list[ProviderAccount],
    claim: Claim | None,
    raw: RawRequest,
    now: datetime,
) -> Received:
    """Verify, apply and answer a stored notice; idempotent, so a replay of an applied one is a repeat."""
    try:
        verdict = _apply(notice, adapter, candidates, claim, raw, now)
    except Exception as error:
        # The provider is told to come again, the row says when we try ourselves, the stack goes to the log.
        logger.exception("notice could not be applied: notice=%s", notice.public_id)
        count_failure(notice, error, now)
        verdict = Verdict.ERROR
    else:
        notice.failures, notice.next_try_at = 0, None
    fault_point("notice.settled")
    answer = adapter.acknowledge(_ACKS[verdict], raw)
    _record_verdict(notice, verdict, answer, now)
    return Received(answer, verdict, notice)


def count_failure(notice: ProviderNotification, error: Exception, now: datetime) -> None:
    """One more failure of ours on the (unsaved) row: when to try again, and who is told. The third is an alert, and so is the
    last, after which nothing happens by itself."""
    notice.failures += 1
    notice.next_try_at = backoff.next_try(notice.failures, now)
    kind, severity = "webhook.failed", OperationalEvent.Severity.WARNING
    if notice.failures == backoff.ALERT_AT:
        kind, severity = "webhook.stuck", OperationalEvent.Severity.ERROR
    elif notice.next_try_at is None:
        kind, severity = "webhook.given_up", OperationalEvent.Severity.ERROR
    raise_event(
        kind=kind, severity=severity, subject=notice.public_id, now=now, error=type(error).__name__, failures=notice.failures
    )


def replay(*, notice: ProviderNotification, now: datetime) -> Received:
    """Apply a stored notice again from its raw bytes. Raises ``KeyDestroyed`` where the payer was erased."""
    raw = raw_form.from_json(unseal_json(notice.raw_sealed, key_of(notice.data_key)))
    adapter = registry.get(notice.provider_code)
    named = notice.account.public_id if notice.account is not None else None
    candidates, claim = _look_up(adapter, named, raw)
    return process(notice=notice, adapter=adapter, candidates=candidates, claim=claim, raw=raw, now=now)


def _look_up(adapter: Provider, account_id: str | None, raw: RawRequest) -> tuple[list[ProviderAccount], Claim | None]:
    """The accounts whose key may have signed this, and the attempt that it claims; all of it untrusted."""
    peeked = adapter.peek(raw)
    candidates: list[ProviderAccount] = []
    if account_id is not None:
        named = account_by_public_id(provider_code=adapter.code, public_id=account_id)
        candidates = [named] if named is not None else []
    elif peeked.identifier:
        candidates = accounts_by_identifier(provider_code=adapter.code, identifier=peeked.identifier)
    claim = _claimed(adapter.code, peeked)
    if account_id is None and not peeked.identifier:
        candidates = _candidates_of_nameless(adapter.code, claim)
    return candidates, claim


def _candidates_of_nameless(provider_code: str, claim: Claim | None) -> list[ProviderAccount]:
    """Where a provider's notices name no account (PayOS): the claimed order's, else any whose key may fit."""
    if claim is not None:
        return list(ProviderAccount.objects.filter(pk=claim.account_id))
    return accounts_at(provider_code=provider_code, most=_MOST_KEYS_TRIED)


_CLAIM_SQL = """
SELECT a.id, a.account_id, t.data_key_id, k.wrapped FROM transactions_paymentattempt a
JOIN transactions_transaction t ON t.id = a.transaction_id JOIN transactions_datakey k ON k.id = t.data_key_id
WHERE a.provider_code = %s AND a.{column} = %s {besides} ORDER BY a.id LIMIT 1
"""
# Where the provider names the order itself, our reference can only mean one whose name we have not learned yet; never one that it
# refused to make, since another order had that reference.
_NAMELESS_SQL = "AND a.provider_session_id = '' AND NOT (a.status = 'failed' AND a.payment_url = '')"


def _claimed(provider_code: str, peeked: Peeked) -> Claim | None:
    """The attempt by the provider's own name of the order, else by our reference."""
    nameless = _NAMELESS_SQL if peeked.session_id else ""
    named = [("provider_session_id", peeked.session_id, ""), ("provider_reference", peeked.reference, nameless)]
    with connection.cursor() as cursor:
        for column, value, besides in named:
            if not value:
                continue
            cursor.execute(_CLAIM_SQL.format(column=column, besides=besides), [provider_code, value])
            row = cursor.fetchone()
            if row is not None:
                return Claim(row[0], row[1], DataKey(pk=row[2], wrapped=row[3]))
    return None


def _store(
    adapter: Provider,
    candidates: list[ProviderAccount],
    claim: Claim | None,
    raw: RawRequest,
    path: str,
    source_ip: str | None,
    request_id: str,
    now: datetime,
) -> ProviderNotification:
    """Commit the raw bytes before anybody believes them, with the entry of the audit trail."""
    digest, size = raw_form.fingerprint(raw)
    key, key_row = _key_of_claim(claim)
    extra = []
    if key is None or key_row is None:
        key, key_row = fresh_key(now)
        [key_row.pk] = next_numbers(DataKey)
        extra.append(key_row)
    notice = ProviderNotification(
        provider_code=adapter.code,
        account=candidates[0] if candidates else None,
        attempt_id=claim.attempt_id if claim is not None else None,
        method=raw.method,
        source_ip=source_ip,
        data_key=key_row,
        raw_sealed=seal_json(raw_form.to_json(raw, path), key),
        payload_hash=digest,
        payload_size=size,
        request_id=request_id,
        received_at=now,
        next_try_at=now + backoff.LEASE,
    )
    write(*extra, notice, _entry(notice, "webhook_received", now))  # one statement, and so one commit of its own
    return notice


def _key_of_claim(claim: Claim | None) -> tuple[bytes | None, DataKey | None]:
    """The key under which the claimed payment's data is sealed; none where it is gone: the evidence is kept all the same."""
    try:
        return (None, None) if claim is None else (key_of(claim.data_key), claim.data_key)
    except (KeyDestroyed, SealBroken):
        return None, None


def _apply(
    notice: ProviderNotification,
    adapter: Provider,
    candidates: list[ProviderAccount],
    claim: Claim | None,
    raw: RawRequest,
    now: datetime,
) -> str:
    if raw_form.is_cut(raw):
        return Verdict.UNREADABLE
    if not candidates:
        return _verdict_on_nobodys(adapter, raw)
    try:
        account, notification = _verify(adapter, candidates, raw, notice.received_at)
    except InvalidSignature:
        return Verdict.BAD_SIGNATURE
    except MalformedNotification:
        return Verdict.UNREADABLE
    if not _address_is_listed(account, notice, now):
        return Verdict.UNLISTED_ADDRESS
    if notification.refund or notification.probe:
        return Verdict.UNCHANGED
    attempt_id = claim.attempt_id if claim is not None and claim.account_id == account.pk else None
    if notification.by_memo:
        attempt_id = attempt_named_in_memo(account=account, report=notification.report)
    source = Source(kind=Receipt.Source.NOTICE.value, actor=_actor(notice), notice_id=notice.public_id, is_notice=True)
    if attempt_id is None:
        keep_unidentified(account=account, report=notification.report, source=source, now=now)
        return Verdict.UNKNOWN_ORDER
    return _SETTLEMENTS[settle(attempt_id=attempt_id, report=notification.report, source=source, now=now)]


def _verdict_on_nobodys(adapter: Provider, raw: RawRequest) -> str:
    """Nobody's key could have signed it: what can not even be read stays unreadable, the rest is as good as forged."""
    try:
        adapter.read_notification(AccountContext(environment="", credentials={}), raw)
    except MalformedNotification:
        return Verdict.UNREADABLE
    except InvalidSignature:
        return Verdict.UNKNOWN_ACCOUNT
    return Verdict.UNKNOWN_ACCOUNT


def _verify(
    adapter: Provider, candidates: list[ProviderAccount], raw: RawRequest, at: datetime
) -> tuple[ProviderAccount, Notification]:
    """The account whose key, in force when the notice came, signed it.

    Raises ``InvalidSignature``, ``MalformedNotification``.
    """
    for account, version in _keys(candidates, at):
        try:
            return account, adapter.read_notification(context_of(account, version), raw)
        except InvalidSignature:
            continue
    raise InvalidSignature


def _keys(candidates: list[ProviderAccount], at: datetime) -> Iterator[tuple[ProviderAccount, int]]:
    for account in candidates:
        for version in verifying_versions(account, at):
            yield account, version


def _address_is_listed(account: ProviderAccount, notice: ProviderNotification, now: datetime) -> bool:
    """An unlisted address with a valid signature is alerted, and refused only where the account says so."""
    if addresses.may_send(account, notice.source_ip):
        return True
    raise_event(
        kind="webhook.unlisted_address",
        severity=OperationalEvent.Severity.WARNING,
        subject=notice.public_id,
        now=now,
        source_ip=notice.source_ip,
        account_id=account.public_id,
    )
    return not account.ip_allowlist_enforced


def _record_verdict(notice: ProviderNotification, verdict: str, answer: AckResponse, now: datetime) -> None:
    if verdict != notice.verdict:
        notice.reviewed_at = None  # what somebody looked at was something else
    notice.verdict = verdict
    notice.error_code = _ERROR_CODES.get(verdict, "")
    notice.reply_status = answer.status
    notice.reply_body = answer.body.decode()[:500]
    notice.processed_at = now
    notice.tries += 1
    action = "webhook_processed" if verdict not in REFUSED else "webhook_refused"
    write(Change(notice, _JUDGED), _entry(notice, action, now))


def _actor(notice: ProviderNotification) -> Actor:
    return Actor(
        user_id=notice.provider_code,
        user_type=AuditEntry.UserType.PROVIDER,
        ip_address=notice.source_ip,
        request_id=notice.request_id,
    )


def _entry(notice: ProviderNotification, action: str, now: datetime) -> AuditEntry:
    return prepare(
        actor=_actor(notice),
        action=action,
        entity_type="webhook",
        entity_id=notice.public_id,
        now=now,
        new={
            "provider": notice.provider_code,
            "payload_hash": notice.payload_hash,
            "status": str(notice.verdict),
        },
        extra={"provider": notice.provider_code, "payload_size": notice.payload_size, "reply": notice.reply_body},
    )
