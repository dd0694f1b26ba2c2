"""What the person at the terminal sees: each line with the name of the process it came from."""

import os
import sys
import threading
from collections import defaultdict, deque
from typing import IO, TextIO

_COLOURS = (36, 32, 33, 35, 34, 96, 92, 95)
_WIDTH = 8
_KEPT_LINES = 60


class Output:
    """Prints lines of several processes, whole and in order of arrival; keeps the last ones of each.

    Colours only on a terminal, and not where NO_COLOR is set. `quiet` keeps lines without printing those of processes.
    """

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._stream = stream or sys.stdout
        self._quiet = quiet
        self._lock = threading.Lock()
        self._kept: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_KEPT_LINES))
        self._colours: dict[str, int] = {}
        self.coloured = self._stream.isatty() and not os.environ.get("NO_COLOR")

    def line(self, name: str, text: str) -> None:
        """One line of the process `name`."""
        with self._lock:
            self._kept[name].append(text)
            if not self._quiet:
                self._write(f"{self._label(name)} {text}")

    def say(self, text: str = "") -> None:
        """A line of our own; always printed."""
        with self._lock:
            self._write(text)

    def last_lines(self, name: str, count: int = 15) -> str:
        """The end of what `name` wrote, indented, for an error message."""
        with self._lock:
            return "\n".join(f"  | {text}" for text in list(self._kept[name])[-count:])

    def follow(self, name: str, pipe: IO[bytes]) -> threading.Thread:
        """Pass on what comes out of `pipe` until it closes; returns the thread that does it."""
        thread = threading.Thread(target=self._pump, args=(name, pipe), name=f"output-{name}", daemon=True)
        thread.start()
        return thread

    def _pump(self, name: str, pipe: IO[bytes]) -> None:
        with pipe:
            for raw in pipe:
                self.line(name, raw.decode("utf-8", "replace").rstrip())

    def _label(self, name: str) -> str:
        label = f"{name:<{_WIDTH}} |"
        if not self.coloured:
            return label
        colour = self._colours.setdefault(name, _COLOURS[len(self._colours) % len(_COLOURS)])
        return f"\x1b[{colour}m{label}\x1b[0m"

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text + "\n")
            self._stream.flush()
        except (BrokenPipeError, ValueError):
            self._quiet = True  # the reader has gone; the processes go on until told to stop
