"""What is in the trail, in words of the reader's language. Names only: this room knows nobody who writes them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Promise] = {
    "api_key.created": _("API key made"),
    "api_key.revoked": _("API key revoked"),
    "approval.approved": _("Approved by a second person"),
    "approval.rejected": _("Refused by a second person"),
    "approval.requested": _("Sent for approval"),
    "attempt_failed": _("An attempt failed"),
    "breaker_closed": _("Provider account called again by hand"),
    "callback_attempt": _("Callback tried"),
    "callback_endpoint_changed": _("Callback endpoint changed"),
    "callback_endpoint_created": _("Callback endpoint made"),
    "callback_failed": _("Callback not delivered"),
    "callback_resend": _("Callback sent again by hand"),
    "callback_secret.rotated": _("Callback secret rotated"),
    "callback_success": _("Callback delivered"),
    "cancelled": _("Payment cancelled"),
    "configuration.changed": _("Setting changed"),
    "created": _("Payment created"),
    "double_payment": _("Paid a second time"),
    "expired": _("The time to pay ran out"),
    "fee.scheduled": _("Fee scheduled"),
    "fee_corrected": _("Fee corrected to what the provider took"),
    "group.created": _("Group made"),
    "group.updated": _("Group changed"),
    "holiday.set": _("Holiday set"),
    "issue_reopened": _("Money issue opened again"),
    "issue_resolved": _("Money issue resolved"),
    "job.changed": _("Job changed"),
    "mapping_profile.saved": _("Mapping profile changed"),
    "match.made": _("Matched by hand"),
    "match.undone": _("Match undone"),
    "money_unidentified": _("Unidentified money came"),
    "notice_replayed": _("Notice applied again by hand"),
    "notice_reviewed": _("Quarantined notice looked at"),
    "overpaid": _("More came than was asked for"),
    "paid": _("Paid"),
    "payment_failed": _("The payment failed"),
    "payment_initiated": _("The payer was sent to the provider"),
    "project.created": _("Project made"),
    "project.deactivated": _("Project switched off"),
    "project.deleted": _("Project deleted"),
    "project.updated": _("Project changed"),
    "provider.updated": _("Provider changed"),
    "provider_account.created": _("Provider account made"),
    "provider_account.credentials_changed": _("Credentials changed"),
    "provider_account.deactivated": _("Provider account switched off"),
    "provider_account.updated": _("Provider account changed"),
    "provider_account.webhook_registered": _("Webhook address registered"),
    "provider_asked": _("Provider asked by hand"),
    "provider_chosen": _("Provider chosen by the payer"),
    "reconciliation.started": _("Reconciliation started"),
    "reconciliation_item.reopened": _("Difference opened again"),
    "reconciliation_item.resolved": _("Difference resolved"),
    "reconciliation_rules.set": _("Rules of reconciliation set"),
    "refund_account_changed": _("Account of a refund changed"),
    "refund_completed": _("Refunded"),
    "refund_exported": _("Refund put into a transfer list"),
    "refund_failed": _("The refund failed"),
    "refund_initiated": _("Refund requested"),
    "refund_reversed": _("The refund was reversed"),
    "review_accepted": _("Review: accepted"),
    "review_rejected": _("Review: rejected"),
    "staff_token.created": _("Staff token made"),
    "staff_token.revoked": _("Staff token revoked"),
    "staff_user.created": _("User made"),
    "staff_user.password_changed": _("Password changed"),
    "staff_user.rights_changed": _("Rights changed"),
    "staff_user.updated": _("User changed"),
    "statement.bad_rows_left_out": _("Bad rows of a statement left out"),
    "statement.brought": _("Statement brought in"),
    "statement.read_again": _("Statement read again"),
    "statement.refused": _("Statement refused"),
    "tenant.created": _("Tenant made"),
    "tenant.deactivated": _("Tenant switched off"),
    "tenant.limits_changed": _("Limits changed"),
    "tenant.updated": _("Tenant changed"),
    "under_review": _("Under review: the provider suspects fraud"),
    "underpaid": _("A transfer came, not yet enough"),
    "webhook_processed": _("Notice applied"),
    "webhook_received": _("Notice received"),
    "webhook_refused": _("Notice refused"),
    "wrong_amount": _("Wrong amount"),
}
SUBJECTS: dict[str, Promise] = {
    "api_key": _("API key"),
    "callback_endpoint": _("callback endpoint"),
    "callback_secret": _("callback secret"),
    "configuration": _("setting"),
    "group": _("group"),
    "holiday": _("holiday"),
    "job": _("job"),
    "mapping_profile": _("mapping profile"),
    "match": _("match"),
    "money_issue": _("money issue"),
    "project": _("project"),
    "provider": _("provider"),
    "provider_account": _("provider account"),
    "receipt": _("receipt"),
    "reconciliation": _("reconciliation"),
    "reconciliation_item": _("difference"),
    "refund": _("refund"),
    "staff_token": _("staff token"),
    "staff_user": _("user"),
    "statement": _("statement"),
    "tenant": _("tenant"),
    "transaction": _("payment"),
    "transaction_callback": _("callback"),
    "webhook": _("provider notice"),
}
# Operational events that somebody should look at, then the others.
ALERTS: dict[str, Promise] = {
    "alert.failed_payments": _("Many failed payments within an hour"),
    "alert.success_without_notice": _("Paid, but no notice came"),
    "alert.unknown_code": _("A provider used an unknown code"),
    "callback.dead": _("Callback given up"),
    "callback.endpoint_disabled": _("Callback endpoint switched off (410)"),
    "invariants.broken": _("The books contradict each other"),
    "provider.breaker_opened": _("A provider account can not be reached"),
    "statement.not_imported": _("A statement of the watched folder was not imported"),
    "task.failed": _("A job failed"),
    "webhook.failed": _("A notice could not be applied"),
    "webhook.given_up": _("A notice is not tried again by itself any more"),
    "webhook.stuck": _("A notice could not be applied for the third time"),
    "webhook.unlisted_address": _("Notice from an unlisted address"),
}
KINDS: dict[str, Promise] = {
    **ALERTS,
    "configuration.changed": _("Setting changed"),
    "invariants.checked": _("Books checked"),
    "provider.breaker_closed": _("A provider account can be reached again"),
    "provider.updated": _("Provider changed"),
}


def action_words(action: str) -> str:
    """An action of the audit trail; one without words as it is stored."""
    return str(ACTIONS.get(action, action))


def subject_words(entity_type: str) -> str:
    """What kind of thing an entry is about."""
    return str(SUBJECTS.get(entity_type, entity_type))


def kind_words(kind: str) -> str:
    """The kind of an operational event."""
    return str(KINDS.get(kind, kind))
