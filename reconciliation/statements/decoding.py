"""Bytes to text: UTF-8 with or without its mark, Windows-1258, and the UTF-16 of Excel's "Unicode text"."""

from __future__ import annotations

import codecs
import re
import unicodedata

from reconciliation.statements.faults import Unreadable

_MOST_LINES = 2000
_WINDOWS = "cp1258"
# Perhaps the beginning of a character of which the next piece has the rest.
_CUT_CHARACTER = re.compile(rb"[\x80-\xff]{1,3}$")
# Letters of Vietnamese, and the signs that word processors and banks put between them.
_VIETNAMESE = frozenset("àáâãèéêìíòóôõùúýăđĩũơưÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯ₫–—‘’“”…·•°§®©«» ") | frozenset(
    chr(code) for code in range(0x1EA0, 0x1EFA)
)


class Decoder:
    """Decodes a file piece by piece. Bytes that are no text come out as lone surrogates, so that only their row is at fault.

    ``auto`` decides at the first piece that is not ASCII; up to there all encodings are the same.
    """

    def __init__(self, encoding: str = "auto") -> None:
        self._decoder: codecs.IncrementalDecoder | None = None
        self._at_start = True
        if encoding != "auto":
            self._use(_WINDOWS if encoding == "windows-1258" else "utf-8")

    def decode(self, data: bytes, *, last: bool = False) -> str:
        """The text of the next piece. Raises ``Unreadable``."""
        if self._at_start and data:
            data, self._at_start = self._without_mark(data), False
        if self._decoder is None:
            if data.isascii():
                return data.decode("ascii")
            self._use(_guess(data, last=last))
        assert self._decoder is not None  # noqa: S101 chosen just above
        try:
            return self._decoder.decode(data, last)
        except UnicodeDecodeError as error:
            raise Unreadable("encoding") from error

    def _without_mark(self, data: bytes) -> bytes:
        if data.startswith(codecs.BOM_UTF8):
            self._use("utf-8")
            return data[len(codecs.BOM_UTF8) :]
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._decoder = codecs.getincrementaldecoder("utf-16")("strict")
        return data

    def _use(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")


def composed(text: str) -> str:
    """NFC: Windows-1258 writes a letter and its tone mark apart, and so do some systems."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def has_wrong_bytes(text: str) -> bool:
    """Whether some bytes of it were no text."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _guess(data: bytes, *, last: bool) -> str:
    """Windows-1258 only where most lines are not UTF-8 and are Vietnamese in it; one spoilt row does not change the file."""
    lines = data.split(b"\n")
    if not last:
        lines[-1] = _CUT_CHARACTER.sub(b"", lines[-1])
    wrong, right = [], 0
    for line in [line for line in lines if not line.isascii()][:_MOST_LINES]:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            wrong.append(line)
        else:
            right += 1
    return _WINDOWS if len(wrong) > right and sum(map(_is_vietnamese, wrong)) * 2 > len(wrong) else "utf-8"


def _is_vietnamese(line: bytes) -> bool:
    try:
        text = unicodedata.normalize("NFC", line.decode(_WINDOWS))
    except UnicodeDecodeError:
        return False
    return all(character.isascii() or character in _VIETNAMESE for character in text)
