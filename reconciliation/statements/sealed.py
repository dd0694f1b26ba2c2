"""The file of a statement out of its sealed parts: read and sought in like any file, and never whole in memory or on a disk."""

from __future__ import annotations

import io
from typing import Any

from payments_site.kernel.sealing import seal, unseal
from reconciliation.models import Statement, StatementChunk
from transactions.personal import key_of

PART = 1 << 20
_KEPT = 4


class SealedFile(io.RawIOBase):
    """The bytes of a statement. Raises ``KeyDestroyed`` when its key is gone, ``SealBroken`` when a part was changed."""

    def __init__(self, statement: Statement) -> None:
        super().__init__()
        self._parts = StatementChunk.objects.filter(statement=statement)
        self._key = key_of(statement.data_key)
        self._size, self._at = statement.size, 0
        self._kept: dict[int, bytes] = {}

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        position, start = divmod(self._at, PART)
        if self._at >= self._size:
            return 0
        data = self._part(position)[start : start + len(buffer)]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _part(self, position: int) -> bytes:
        if position not in self._kept:
            while len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)))
            sealed = self._parts.values_list("sealed", flat=True).get(position=position)
            self._kept[position] = unseal(bytes(sealed), self._key)
        return self._kept[position]


def open_sealed(statement: Statement) -> io.BufferedReader:
    """The file of a statement, from its beginning."""
    return io.BufferedReader(SealedFile(statement), PART)


def store_sealed(statement: Statement, file: Any, key: bytes) -> None:
    """Keep the bytes of ``file`` as parts of the statement, under its plain data key."""
    for position, data in enumerate(iter(lambda: file.read(PART), b"")):
        StatementChunk.objects.create(statement=statement, position=position, sealed=seal(data, key))
