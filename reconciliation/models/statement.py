"""What a provider or a bank says happened, as it came and as it was read."""

from __future__ import annotations

from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments_site.kernel import ids
from payments_site.kernel.money import VND
from reconciliation.models.profile import MappingProfile
from tenants.models import ProviderAccount
from transactions.models import DataKey


class Statement(models.Model):
    """A file of one account. Its lines are there all at once or not at all: only ``imported`` has any."""

    class Kind(models.TextChoices):
        PROVIDER = "provider", _("Provider's statement")
        BANK = "bank", _("Bank statement")

    class Source(models.TextChoices):
        UPLOAD = "upload", _("Uploaded")
        API = "api", _("By API")
        FOLDER = "folder", _("Watched folder")
        FETCHED = "fetched", _("Fetched from the provider")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        READING = "reading", _("Reading")
        HAS_BAD_ROWS = "has_bad_rows", _("Has bad rows")
        IMPORTED = "imported", _("Imported")
        REFUSED = "refused", _("Refused")

    public_id = models.CharField(
        _("statement id"), max_length=40, unique=True, editable=False, default=partial(ids.new_id, ids.STATEMENT)
    )
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PROVIDER)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    state = models.CharField(_("state"), max_length=15, choices=State.choices, default=State.WAITING)
    profile = models.ForeignKey(
        MappingProfile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("mapping profile")
    )
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.BigIntegerField(_("size"))
    # The file itself is sealed under this key, in ``chunks``: it holds names and account numbers of payers.
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="+")
    day_from = models.DateField(_("first day"), null=True, blank=True)
    day_to = models.DateField(_("last day"), null=True, blank=True)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    rows_bad = models.PositiveIntegerField(_("bad rows"), default=0)
    # Lines that an earlier statement of the account brought already, word for word; they are not stored again.
    rows_known = models.PositiveIntegerField(_("rows known before"), default=0)
    rows_imported = models.PositiveIntegerField(_("lines"), default=0)
    bytes_read = models.BigIntegerField(_("bytes read"), default=0)
    # Somebody has said that the bad rows may be left out.
    skip_bad = models.BooleanField(_("bad rows left out"), default=False)
    error_code = models.CharField(_("error"), max_length=40, blank=True, default="")
    error_detail = models.CharField(_("details of the error"), max_length=255, blank=True, default="")
    created_by = models.CharField(_("brought by"), max_length=150)
    created_by_type = models.CharField(_("brought by (type)"), max_length=10)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    imported_at = models.DateTimeField(_("imported at"), null=True, blank=True)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        permissions = [("import_statement", _("Can bring statements in"))]
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], condition=~Q(state="refused"), name="statement_file_once"),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="statement_created"),
            models.Index(fields=["account", "-day_to"], name="statement_account_day"),
        ]

    def __str__(self) -> str:
        return self.file_name


class StatementChunk(models.Model):
    """A part of the file as it came, sealed; together, in order, they are the file byte for byte."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="chunks")
    position = models.PositiveIntegerField()
    sealed = models.BinaryField(editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "position"], name="chunk_position_once")]

    def __str__(self) -> str:
        return f"{self.statement_id} part {self.position}"


class StatementLine(models.Model):
    """One line, read. Append-only by trigger. Amounts are đồng and positive; ``kind`` says which way the money went.

    Like ``Match`` it has no foreign keys in the database: a million lines come in by one COPY, of one statement and one account,
    both of which hold themselves (a statement is named by its chunks, an account by its statements, and both are protected).

    It holds nothing about the payer: ``memo_references`` are the references of ours that a bank's memo can be read to hold.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Payment")
        REFUND = "refund", _("Refund")
        SETTLEMENT = "settlement", _("Pay-out")
        CREDIT = "credit", _("Credit")
        DEBIT = "debit", _("Debit")

    class Status(models.TextChoices):
        SUCCESS = "success", _("Success")
        FAILED = "failed", _("Failed")
        PENDING = "pending", _("Pending")
        REVERSED = "reversed", _("Reversed")

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines", db_constraint=False, db_index=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    line_no = models.PositiveIntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    # The provider's own number of the payment or the refund; of a refund also that of its payment, where the file has it.
    number = models.CharField(_("provider's number"), max_length=100, null=True, blank=True)
    original_number = models.CharField(_("number of the payment"), max_length=100, null=True, blank=True)
    reference = models.CharField(_("our reference"), max_length=100, null=True, blank=True)
    memo_references = ArrayField(models.CharField(max_length=40), null=True, blank=True)
    amount = models.BigIntegerField(_("amount"))
    fee = models.BigIntegerField(_("fee"), null=True, blank=True)
    net = models.BigIntegerField(_("net"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default=VND)
    occurred_at = models.DateTimeField(_("time"))
    # The account's business day of ``occurred_at``, by the cut-off time in force when the file was read.
    business_day = models.DateField(_("business day"))

    class Meta:
        verbose_name = _("statement line")
        verbose_name_plural = _("statement lines")
        indexes = [
            models.Index(fields=["statement", "line_no"], name="line_of_statement"),
            models.Index(fields=["account", "business_day"], name="line_account_day"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}:{self.line_no}"


class BadLine(models.Model):
    """A row that can not be read, with the reason. ``value`` is what stood there, cut short; it is sealed with the statement."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="bad_lines")
    line_no = models.PositiveIntegerField(_("line"))
    field = models.CharField(_("field"), max_length=40, blank=True, default="")
    reason = models.CharField(_("reason"), max_length=40)
    value_sealed = models.BinaryField(null=True, editable=False)

    class Meta:
        verbose_name = _("bad row")
        verbose_name_plural = _("bad rows")
        constraints = [models.UniqueConstraint(fields=["statement", "line_no", "field"], name="bad_line_once")]

    def __str__(self) -> str:
        return f"{self.statement_id}:{self.line_no} {self.reason}"
