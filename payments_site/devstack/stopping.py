"""Ctrl-C as a switch that is asked, not an exception that may strike between starting a child and noting it."""

import signal
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):
    """A person or the system asked us to stop; `exit_code` is what a shell expects of that."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


class StopSwitch:
    """Listens to SIGINT, SIGTERM and SIGHUP once installed. A second one means: at once."""

    def __init__(self) -> None:
        self._number: int | None = None
        self.impatient = False

    def install(self) -> None:
        """Take over the signals; from the main thread."""
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)

    def check(self) -> None:
        """StopRequested if a signal has come."""
        if self._number is not None:
            raise StopRequested(self._number)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.impatient = self._number is not None
        self._number = self._number or number
