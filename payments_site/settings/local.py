"""Development and ``make run``: usable without any variable but those that ``make run`` makes."""

from payments_site.settings.common import *  # noqa: F403
from payments_site.settings.common import BLIND_INDEX_KEY, SECRET_KEY
from payments_site.settings.env import env

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = SECRET_KEY or "insecure-development-key-never-for-production"
BLIND_INDEX_KEY = BLIND_INDEX_KEY or SECRET_KEY
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
