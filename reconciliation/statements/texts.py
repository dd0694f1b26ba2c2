"""Numbers and references: kept as they are, unless a spreadsheet or a hand has spoilt them."""

from __future__ import annotations

import re
import unicodedata

from reconciliation.statements.faults import Fault

LONGEST = 100

# 1.42E+14: the last digits are lost. A spreadsheet keeps 15 of them. (1E14 is a reference.)
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+|[0-9][.,][0-9]+[eE][0-9]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def read_text(text: str) -> str:
    """``text`` without spaces around it; a ``Fault`` for what can not be a number or a reference."""
    text = unicodedata.normalize("NFC", text.strip().removeprefix("'"))
    if len(text) > LONGEST:
        return Fault("text_too_long")
    if _CONTROL.search(text):
        return Fault("text_control")
    if text.startswith("="):
        return Fault("formula")
    if _SCIENTIFIC.fullmatch(text):
        return Fault("rounded")
    return text
