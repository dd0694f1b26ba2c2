"""A statistical profiler: looks at the stack every millisecond of CPU time. Unlike cProfile it does not slow small functions."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_INTERVAL = 0.001
_ROOT = str(Path(__file__).resolve().parents[1]) + "/"
_OURS = ("payments_site/", "audit/", "tenants/", "transactions/", "webhooks/")
# The first that fits the path of a frame, from the innermost outwards; what fits none (the standard library, django/utils)
# belongs to its caller.
_LAYERS = (
    ("psycopg/", "SQL driver (psycopg)"),
    ("psycopg_binary", "SQL driver (psycopg)"),
    ("django/db/models/", "ORM"),
    ("django/db/", "Django database backend"),
    ("rest_framework/", "DRF"),
    ("cryptography/", "crypto (Fernet)"),
    ("payments_site/kernel/sealing.py", "crypto (Fernet)"),
    ("redis/", "rate limit (Redis)"),
    ("django_redis/", "rate limit (Redis)"),
    ("django/core/cache/", "rate limit (Redis)"),
    ("django_ratelimit/", "rate limit (Redis)"),
    ("payments_site/api/throttling.py", "rate limit (Redis)"),
    ("json/", "JSON"),
    ("audit/", "audit"),
    ("payments_site/kernel/redaction.py", "audit"),
    ("payments_site/api/", "own API glue"),
    ("payments_site/", "own kernel"),
    ("tenants/", "own tenants"),
    ("transactions/", "own transactions"),
    ("webhooks/", "own webhooks"),
    *((f"django/{part}/", "Django request handling") for part in ("core", "middleware", "urls", "http", "contrib", "views")),
    ("corsheaders/", "Django request handling"),
    ("whitenoise/", "Django request handling"),
    ("benchmarks/", "the benchmark itself"),
)


class Samples:
    """Where the CPU time went, in samples."""

    def __init__(self) -> None:
        self.total = 0
        self.layers: Counter[str] = Counter()
        self.inclusive: Counter[str] = Counter()
        self.alone: Counter[str] = Counter()

    def take(self, frame: FrameType | None) -> None:
        """Note one stack."""
        self.total += 1
        layer, ours, innermost = None, set(), True
        while frame is not None:
            path = _short(frame.f_code.co_filename)
            name = f"{path}:{frame.f_code.co_qualname if sys.version_info >= (3, 11) else frame.f_code.co_name}"
            if innermost:
                self.alone[name] += 1
                innermost = False
            layer = layer or _layer_of(path)
            if path.startswith(_OURS):
                ours.add(name)
            frame = frame.f_back
        self.layers[layer or "other"] += 1
        self.inclusive.update(ours)


@contextmanager
def sampled() -> Iterator[Samples]:
    """Sample this process's main thread until the block ends."""
    samples = Samples()
    before = signal.signal(signal.SIGPROF, lambda _number, frame: samples.take(frame))
    signal.setitimer(signal.ITIMER_PROF, _INTERVAL, _INTERVAL)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _short(path: str) -> str:
    if "site-packages/" in path:
        return path.rpartition("site-packages/")[2]
    if path.startswith(_ROOT):
        return path.removeprefix(_ROOT)
    return path.partition("/python3.")[2].partition("/")[2] or path


def _layer_of(path: str) -> str | None:
    return next((layer for prefix, layer in _LAYERS if path.startswith(prefix)), None)
