"""Settings of the measured processes: those of every environment, without what only development needs (finders, reload)."""

from payments_site.settings.common import *  # noqa: F403

ALLOWED_HOSTS = ["127.0.0.1"]
