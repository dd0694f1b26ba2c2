"""The drain in a process of its own whose clock is moved: every line on its stdin is how many seconds it is ahead from now on."""

from __future__ import annotations

import os
import sys
import threading
from datetime import datetime, timedelta

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "payments_site.settings.test")
    django.setup()
    from payments_site.kernel import clock
    from webhooks.outbound.drain import Until
    from webhooks.outbound.running import run_drain

    ahead = [timedelta(0)]

    def now() -> datetime:
        return clock.now() + ahead[0]

    def listen() -> None:
        for line in sys.stdin:
            ahead[0] = timedelta(seconds=int(line))

    threading.Thread(target=listen, daemon=True).start()
    run_drain(until=Until.STOPPED, now=now)


if __name__ == "__main__":
    main()
