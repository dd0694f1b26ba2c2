"""All components together; ``local``, ``test`` and ``production`` start from here."""

from payments_site.settings.api import *  # noqa: F403
from payments_site.settings.base import *  # noqa: F403
from payments_site.settings.celery import *  # noqa: F403
from payments_site.settings.logging import *  # noqa: F403
from payments_site.settings.providers import *  # noqa: F403
from payments_site.settings.security import *  # noqa: F403
from payments_site.settings.unfold import *  # noqa: F403
