"""The language of mapping profiles: what the JSON of a profile may say, checked whole before it is used.

::

    {"encoding": "auto" | "utf-8" | "windows-1258",  "delimiter": "auto" | "," | ";" | "|" | "\\t",  "sheet": "name of the sheet",
     "skip": ["tổng cộng"],                        rows without a time that begin so are totals, not lines
     "fields": {
       "occurred_at": {"columns": ["Ngày", "Giờ"], "use": "joined", "formats": ["%d/%m/%Y %H:%M:%S"]},
       "amount":      {"columns": ["Số tiền"], "sign": "positive" | "absolute", "decimal": "auto" | "." | ",", "divide": 1},
       "credit": {...}, "debit": {...},            instead of "amount": two columns of which one is filled
       "fee": {"columns": ["Phí", "VAT"], "use": "sum"},  "net": {...},
       "number" | "original_number" | "reference" | "memo": {"columns": [...], "required": true},
       "currency": {"columns": ["Loại tiền"], "constant": "VND"},
       "status": {"columns": [...], "words": {"success": ["Thành công", "00"]}, "otherwise": "failed", "constant": "success"}},
     "kind": [{"columns": ["Loại"], "words": {"refund": ["Hoàn tiền"]}, "otherwise": "payment"},
              {"columns": ["m_refund_id"], "filled": "refund"},
              {"columns": ["Nội dung"], "contains": {"settlement": ["VNPAY TT"]}},
              {"sign": {"positive": "credit", "negative": "debit"}},  {"constant": "payment"}],
     "by_kind": {"refund": {"number": {"columns": ["refund_id"]}}}}

``columns`` are names as a header may have them, compared without case and marks; by ``use`` the value is the ``first`` that is
filled, all ``joined`` by a space, or their ``sum``. The rules of ``kind`` are asked in order until one answers. ``constant`` is
what stands for an empty cell or a missing column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciliation.models import StatementLine
from reconciliation.statements.moments import FormUnknown, forms
from reconciliation.statements.words import fold, word

KINDS = frozenset(StatementLine.Kind.values)
STATUSES = frozenset(StatementLine.Status.values)
TEXTS = ("number", "original_number", "reference", "memo")
AMOUNTS = ("amount", "credit", "debit", "fee", "net")
FIELDS = (*AMOUNTS, *TEXTS, "occurred_at", "currency", "status")
BY_KIND = ("number", "original_number", "reference", "memo", "fee", "net", "status", "occurred_at")

_TOP = {"encoding", "delimiter", "sheet", "skip", "fields", "kind", "by_kind"}
_ENCODINGS = ("auto", "utf-8", "windows-1258")
_DELIMITERS = ("auto", ",", ";", "|", "\t")
_USES = ("first", "joined", "sum")
_FIELD = {"columns", "use", "required", "constant", "formats", "sign", "decimal", "divide", "words", "otherwise"}
_RULE = {"columns", "words", "otherwise", "filled", "contains", "sign", "constant"}
_LONGEST_TEXT, _MOST_NAMES = 120, 40


class SpecInvalid(Exception):
    """``problems`` says where, and what is wrong there: ``[("fields.amount.use", "one_of")]``."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in problems))
        self.problems = problems


@dataclass(frozen=True)
class FieldSpec:
    """Where one field's value comes from, and how it is written there."""

    columns: tuple[str, ...] = ()
    use: str = "first"
    required: bool = False
    constant: str = ""
    formats: tuple[str, ...] = ()
    sign: str = ""
    decimal: str = "auto"
    divide: int = 1
    # Folded word -> value.
    words: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""


@dataclass(frozen=True)
class KindRule:
    """One question about which way the money of a row went."""

    columns: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""
    filled: str = ""
    # (folded part of the text, kind)
    contains: tuple[tuple[str, str], ...] = ()
    positive: str = ""
    negative: str = ""
    constant: str = ""


@dataclass(frozen=True)
class Spec:
    """A whole profile, checked."""

    fields: Mapping[str, FieldSpec]
    kind: tuple[KindRule, ...]
    by_kind: Mapping[str, Mapping[str, FieldSpec]] = field(default_factory=dict)
    encoding: str = "auto"
    delimiter: str = "auto"
    sheet: str = ""
    skip: tuple[str, ...] = ()

    def must_have(self) -> list[tuple[str, ...]]:
        """Of each of these groups of columns a header must have one: that is how it is found."""
        needed = [one.columns for one in self.fields.values() if one.required and one.columns and not one.constant]
        if "amount" not in self.fields:
            needed += [self.fields["credit"].columns, self.fields["debit"].columns]
        return needed

    def names(self) -> set[str]:
        """Every column that may be read."""
        specs = [*self.fields.values(), *(one for group in self.by_kind.values() for one in group.values())]
        named = [*(one.columns for one in specs), *(rule.columns for rule in self.kind)]
        return {name for columns in named for name in columns}


def read_spec(raw: Any) -> Spec:
    """The profile that ``raw`` says. Raises ``SpecInvalid`` with everything that is wrong with it."""
    return _Reader().spec(raw)


class _Reader:
    """Collects what is wrong instead of stopping at the first."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []

    def spec(self, raw: Any) -> Spec:
        top = self.mapping(raw, "", _TOP)
        fields = self.fields(top.get("fields", {}), "fields", FIELDS)
        spec = Spec(
            fields=fields,
            kind=tuple(self.rule(rule, f"kind.{number}") for number, rule in enumerate(self.items(top.get("kind"), "kind"))),
            by_kind={
                self.one_of(kind, f"by_kind.{kind}", KINDS): self.fields(group, f"by_kind.{kind}", BY_KIND)
                for kind, group in self.mapping(top.get("by_kind", {}), "by_kind", None).items()
            },
            encoding=self.one_of(top.get("encoding", "auto"), "encoding", _ENCODINGS),
            delimiter=self.one_of(top.get("delimiter", "auto"), "delimiter", _DELIMITERS),
            sheet=self.text(top.get("sheet", ""), "sheet"),
            skip=tuple(fold(one) for one in self.texts(top.get("skip", []), "skip")),
        )
        self.whole(spec)
        if self.problems:
            raise SpecInvalid(self.problems)
        return spec

    def whole(self, spec: Spec) -> None:
        """What must be there for a line to be one."""
        when = spec.fields.get("occurred_at")
        if when is None or not when.columns or not when.required:
            self.wrong("fields.occurred_at", "missing")
        sides = {"credit", "debit"} & set(spec.fields)
        if ("amount" in spec.fields) == bool(sides) or len(sides) == 1:
            self.wrong("fields.amount", "amount_or_both_sides")
        if not spec.kind:
            self.wrong("kind", "missing")
        if not {"number", "reference", "memo"} & set(spec.fields):
            self.wrong("fields", "nothing_to_match_by")

    def fields(self, raw: Any, where: str, known: tuple[str, ...]) -> dict[str, FieldSpec]:
        given = self.mapping(raw, where, set(known))
        return {name: self.field(name, value, f"{where}.{name}") for name, value in given.items()}

    def field(self, name: str, raw: Any, where: str) -> FieldSpec:
        given = self.mapping(raw, where, _FIELD)
        columns = self.columns(given, where)
        constant = self.text(given.get("constant", ""), f"{where}.constant")
        if not columns and not constant:
            self.wrong(f"{where}.columns", "missing")
        use = self.one_of(given.get("use", "first"), f"{where}.use", _USES)
        if (use == "sum") and name not in AMOUNTS:
            self.wrong(f"{where}.use", "sum_of_amounts_only")
        sign = self.one_of(given.get("sign", "positive" if name in ("amount", "credit") else "absolute"), f"{where}.sign",
                           ("positive", "absolute"))  # fmt: skip
        values = STATUSES if name == "status" else None
        formats = self.texts(given.get("formats", []), f"{where}.formats")
        try:
            forms(formats)
        except FormUnknown:
            self.wrong(f"{where}.formats", "format")
        otherwise = self.text(given.get("otherwise", ""), f"{where}.otherwise")
        for part, value in (("constant", constant), ("otherwise", otherwise)):
            if values is not None and value and value not in values:
                self.wrong(f"{where}.{part}", "one_of")
        return FieldSpec(
            columns=columns, use=use, sign=sign, constant=constant, otherwise=otherwise,
            required=self.yes_or_no(given.get("required", name in ("occurred_at", "amount")), f"{where}.required"),
            formats=tuple(formats),
            decimal=self.one_of(given.get("decimal", "auto"), f"{where}.decimal", ("auto", ".", ",")),
            divide=self.divisor(given.get("divide", 1), f"{where}.divide"),
            words=self.words(given.get("words", {}), f"{where}.words", values),
        )  # fmt: skip

    def rule(self, raw: Any, where: str) -> KindRule:
        given = self.mapping(raw, where, _RULE)
        sign = self.mapping(given.get("sign", {}), f"{where}.sign", {"positive", "negative"})
        contains = self.words(given.get("contains", {}), f"{where}.contains", KINDS)
        rule = KindRule(
            columns=self.columns(given, where),
            words=self.words(given.get("words", {}), f"{where}.words", KINDS),
            contains=tuple(contains.items()),
            **{part: self.kind(given.get(part, ""), f"{where}.{part}") for part in ("otherwise", "filled", "constant")},
            **{part: self.kind(sign.get(part, ""), f"{where}.sign.{part}") for part in ("positive", "negative")},
        )
        if bool(rule.columns) != bool(rule.words or rule.filled or rule.contains):
            self.wrong(where, "columns_and_question")
        if not rule.columns and not rule.constant and not sign:
            self.wrong(where, "missing")
        return rule

    def kind(self, raw: Any, where: str) -> str:
        return self.one_of(raw, where, KINDS) if raw != "" else ""

    def columns(self, given: Mapping[str, Any], where: str) -> tuple[str, ...]:
        names = [fold(one) for one in self.texts(given.get("columns", []), f"{where}.columns")]
        if not all(names):
            self.wrong(f"{where}.columns", "empty_name")
        return tuple(dict.fromkeys(names))

    def words(self, raw: Any, where: str, values: frozenset[str] | None) -> dict[str, str]:
        found: dict[str, str] = {}
        for value, words in self.mapping(raw, where, set(values) if values is not None else None).items():
            for text in self.texts(words, f"{where}.{value}"):
                if found.setdefault(word(text), value) != value:
                    self.wrong(f"{where}.{value}", "said_twice")
        return found

    def divisor(self, raw: Any, where: str) -> int:
        if isinstance(raw, int) and not isinstance(raw, bool) and raw in (1, 10, 100, 1000):
            return raw
        self.wrong(where, "one_of")
        return 1

    def yes_or_no(self, raw: Any, where: str) -> bool:
        if not isinstance(raw, bool):
            self.wrong(where, "yes_or_no")
        return raw is True

    def mapping(self, raw: Any, where: str, known: set[str] | None) -> dict[str, Any]:
        if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
            self.wrong(where, "object")
            return {}
        for key in sorted(set(raw) - known) if known is not None else ():
            self.wrong(f"{where}.{key}".lstrip("."), "unknown")
        return {key: value for key, value in raw.items() if known is None or key in known}

    def items(self, raw: Any, where: str) -> list[Any]:
        if raw is None or not isinstance(raw, list) or len(raw) > _MOST_NAMES:
            self.wrong(where, "list")
            return []
        return raw

    def texts(self, raw: Any, where: str) -> list[str]:
        return [text for text in (self.text(one, where) for one in self.items(raw, where)) if text]

    def text(self, raw: Any, where: str) -> str:
        if not isinstance(raw, str) or len(raw) > _LONGEST_TEXT:
            self.wrong(where, "text")
            return ""
        return raw

    def one_of(self, raw: Any, where: str, known: Any) -> str:
        if not isinstance(raw, str) or raw not in known:
            self.wrong(where, "one_of")
            return ""
        return raw

    def wrong(self, where: str, what: str) -> None:
        self.problems.append((where, what))
