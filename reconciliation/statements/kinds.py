"""Which way the money of each row went."""

from __future__ import annotations

from collections.abc import Sequence

from reconciliation.statements.columns import Column, Remembering, first_filled
from reconciliation.statements.faults import Fault
from reconciliation.statements.headers import Header
from reconciliation.statements.spec import KindRule
from reconciliation.statements.words import fold, word


class KindReader:
    """Asks the rules of a profile in order until each row has an answer; rules about columns that the file lacks are left out."""

    def __init__(self, rules: Sequence[KindRule], header: Header) -> None:
        found = [(rule, tuple(header.positions[name] for name in rule.columns if name in header.positions)) for rule in rules]
        self._rules = [(_Rule(rule), at) for rule, at in found if at or not rule.columns]
        self.positions = tuple(dict.fromkeys(position for _, at in self._rules for position in at))

    def read(self, columns: Sequence[Column], amounts: Sequence[str]) -> tuple[list[str], bool]:
        """The kind of each row, and whether some have none (a ``Fault``)."""
        answers = [""] * len(amounts)
        for rule, at in self._rules:
            said = rule.ask([columns[position] for position in at], amounts)
            answers = [answer or new for answer, new in zip(answers, said, strict=True)] if any(answers) else said
            if all(answers):
                break
        answers = answers if all(answers) else [answer or Fault("missing") for answer in answers]
        return answers, any(type(answer) is Fault for answer in set(answers))


class _Rule:
    """One rule over many rows; an empty answer leaves the row to the next rule."""

    def __init__(self, rule: KindRule) -> None:
        self._rule = rule
        self._words = Remembering(self._word) if rule.words else None
        self._contains = Remembering(self._contained) if rule.contains else None

    def ask(self, columns: Sequence[Column], amounts: Sequence[str]) -> list[str]:
        rule = self._rule
        if rule.columns:
            texts = first_filled(columns)
            if self._words is not None:
                return self._words.column(texts)
            if self._contains is not None:
                return self._contains.column(texts)
            return [rule.filled if text.strip() else "" for text in texts]
        if rule.positive or rule.negative:
            return [rule.negative if amount[:1] == "-" else rule.positive for amount in amounts]
        return [rule.constant] * len(amounts)

    def _word(self, text: str) -> str:
        key = word(text)
        return (self._rule.words.get(key) or self._rule.otherwise or Fault("word_unknown")) if key else ""

    def _contained(self, text: str) -> str:
        folded = fold(text)
        return next((kind for part, kind in self._rule.contains if part in folded), "")
