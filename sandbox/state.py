"""The optional file in which what the providers know survives a restart."""

import asyncio
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

JsonObject = dict[str, Any]

_FLUSH_AFTER_SECONDS = 0.05


class StateFile:
    """Writes the whole state soon after a change, atomically; without a path it keeps nothing."""

    def __init__(self, path: Path | None, dump: Callable[[], JsonObject]) -> None:
        self._path = path
        self._dump = dump
        self._due: asyncio.TimerHandle | None = None

    def read(self) -> JsonObject:
        """The last written state; an empty one when there is no file. A damaged file is an error, never ignored."""
        if self._path is None or not self._path.exists():
            return {}
        state: JsonObject = json.loads(self._path.read_text(encoding="utf-8"))
        return state

    def changed(self) -> None:
        """Asks for a write; changes that follow each other closely share one."""
        if self._path is not None and self._due is None:
            self._due = asyncio.get_running_loop().call_later(_FLUSH_AFTER_SECONDS, self.flush)

    def flush(self) -> None:
        """Writes now: the file is either the old state or the new one, never a part."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._path is not None:
            _write_atomically(self._path, json.dumps(self._dump(), ensure_ascii=False))


def _write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file readable by its owner only: the state holds the terminals' keys.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(path)
