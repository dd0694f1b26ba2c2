"""Bearer tokens of the admin API, bound to a member of staff: shown once, kept as a hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from audit import services as audit
from audit.services import Actor
from payments_site.kernel import clock
from payments_site.kernel.errors import DomainError, InvalidInput
from tenants.hashing import hash_key
from tenants.models import StaffToken, StaffUser

PREFIX = "st_"
SHOWN_LENGTH = 10
_LAST_USE_PRECISION = timedelta(minutes=1)


class StaffUserNotFound(DomainError):
    """No member of staff has this user name."""

    code = "NOT_FOUND"


class TokenRefused(DomainError):
    """The token is unknown, revoked, expired, or its user is inactive."""

    code = "UNAUTHORIZED"


@dataclass(frozen=True)
class NewToken:
    """A token just made, with the only sight of its text."""

    token: StaffToken
    plaintext: str = field(repr=False)


@transaction.atomic
def create_staff_token(
    *, username: str, name: str = "", expires_at: datetime | None = None, actor: Actor, now: datetime
) -> NewToken:
    """A token with which the user's own permissions apply. Raises ``StaffUserNotFound``, ``InvalidInput``."""
    user = StaffUser.objects.filter(username=username).first()
    if user is None:
        raise StaffUserNotFound
    if expires_at is not None and expires_at <= now:
        raise InvalidInput({"field": "expires_at", "constraint": "a moment in the future is expected"})
    plaintext = PREFIX + secrets.token_urlsafe(32)
    token = StaffToken(
        user=user, name=name, prefix=plaintext[:SHOWN_LENGTH], token_hash=hash_key(plaintext), expires_at=expires_at
    )
    token.save(force_insert=True)
    new = {"user": username, "name": name, "begins_with": token.prefix, "expires_at": clock.iso(expires_at)}
    _record("staff_token.created", token, actor, now, new=new)
    return NewToken(token=token, plaintext=plaintext)


@transaction.atomic
def revoke_staff_token(*, token: StaffToken, actor: Actor, now: datetime) -> None:
    """The token opens nothing from now on; revoking it again changes nothing."""
    if StaffToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        _record("staff_token.revoked", token, actor, now, new={"revoked_at": clock.iso(now)})


def verify_staff_token(*, plaintext: str, now: datetime) -> StaffUser:
    """The active user behind a token. Raises ``TokenRefused``."""
    token = StaffToken.objects.select_related("user").filter(token_hash=hash_key(plaintext)).first()
    if token is None or token.revoked_at is not None or not token.user.is_active:
        raise TokenRefused
    if token.expires_at is not None and token.expires_at <= now:
        raise TokenRefused
    if token.last_used_at is None or now - token.last_used_at > _LAST_USE_PRECISION:
        StaffToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user


def _record(action: str, token: StaffToken, actor: Actor, now: datetime, *, new: dict[str, str | None]) -> None:
    audit.record(actor=actor, action=action, entity_type="staff_token", entity_id=str(token.pk), now=now, new=new)
