"""django-celery-beat's scheduler, made fit for a house where any process and the broker may die at any moment.

Of several beats one works (``BeatLock``) and the others wait to take over. A run that could not be sent is sent once the broker
is back: a nightly job is late then, not left out.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import SchedulingError, event_t
from django.db import DatabaseError, InterfaceError
from django_celery_beat.schedulers import DatabaseScheduler

from payments_site.kernel.faults import fault_point
from payments_site.scheduling.lock import BeatLock

logger = logging.getLogger(__name__)

# Seconds: how often a waiting beat looks whether it is its turn, and how soon a run that was not sent is tried again.
STANDBY = 2.0
RETRY = 2.0
_PRIORITY = 5  # celery's own for every entry


class OneBeatScheduler(DatabaseScheduler):  # type: ignore[misc]
    """Set by ``CELERY_BEAT_SCHEDULER``."""

    _heap: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lock = BeatLock()
        self._works = self._sending = False
        self._unsent: list[Any] = []
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due if it is our turn; how long to sleep, in seconds."""
        if not self._our_turn():
            return STANDBY
        try:
            wait = float(super().tick(*args, **kwargs))
            wait = min(wait, self._put_back_unsent())
            if self.should_sync():
                self._do_sync()
        except (DatabaseError, InterfaceError):
            logger.exception("beat could not read its schedule")
            self._step_back()
            return STANDBY
        return wait

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Send a run; one that could not be sent stays due."""
        logger.info("sending due task: %s (%s)", entry.name, entry.task)
        self._sending = True
        try:
            self.apply_async(entry, producer=producer, advance=False)
            fault_point("beat.sent")
        except SchedulingError as error:
            logger.warning("task not sent, it stays due: %s (%s)", entry.name, type(error.__cause__ or error).__name__)
            self._unsent.append(entry)
        finally:
            self._sending = False

    def _do_sync(self) -> None:
        # Not while a run is being sent: if that fails, the run must not stand in the database as done.
        if not self._sending:
            super()._do_sync()

    def close(self) -> None:
        """Write down what ran, and let another beat go on."""
        try:
            super().close()
        finally:
            self._lock.release()

    def _ensure_connected(self) -> Any:
        # Celery's own waits here until the broker is back, however long that takes; each send connects by itself.
        return self.connection

    def _our_turn(self) -> bool:
        held = self._lock.hold()
        if held and not self._works:
            logger.info("this beat works now")
            self._start_afresh()
        elif self._works and not held:
            logger.warning("this beat lost its turn")
            self._step_back()
        self._works = held
        return held

    def _start_afresh(self) -> None:
        """Another beat may have worked until now: what ran when is read again."""
        self._dirty.clear()
        self._unsent.clear()
        self._initial_read, self._heap, self.old_schedulers = True, None, None

    def _step_back(self) -> None:
        """What is in memory may not be written over what the next beat writes."""
        self._lock.release()
        self._works = False
        self._dirty.clear()
        self._unsent.clear()

    def _put_back_unsent(self) -> float:
        """Due again shortly, as if it had not been tried; how long until then, in seconds."""
        if not self._unsent:
            return float(self.max_interval)
        for entry in self._unsent:
            entry.model.last_run_at, entry.model.total_run_count = entry.last_run_at, entry.total_run_count
            self._dirty.discard(entry.name)
            others = [event for event in self._heap if event.entry.name != entry.name]
            self._heap = sorted([*others, event_t(self._when(entry, RETRY), _PRIORITY, entry)])
        self._unsent.clear()
        return RETRY
