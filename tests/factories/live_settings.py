"""Settings of the live stack: the test suite's keys, and connections that are checked as in production."""

from payments_site.settings.test import *  # noqa: F403
from payments_site.settings.test import DATABASES

DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
