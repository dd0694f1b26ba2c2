"""Settings of a site that is dj-stripe's webhook and nothing else: run by its own virtual environment, never by the service's.

As kind as we know how to be: persistent connections and prepared statements as ours, no session, no authentication, no log.
Nothing listens where it would ask Stripe: an intake that does so fails, and the run with it.
"""

from __future__ import annotations

import os
from urllib.parse import parse_qs, urlsplit

import stripe

stripe.api_base = "http://127.0.0.1:9"
stripe.max_network_retries = 0

_DATABASE = urlsplit(os.environ["DATABASE_URL"])

DEBUG = False
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "djstripe_urls"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "djstripe"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
LOGGING_CONFIG = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _DATABASE.path.lstrip("/"),
        "USER": _DATABASE.username or "",
        "PASSWORD": _DATABASE.password or "",
        "HOST": parse_qs(_DATABASE.query)["host"][0],
        "CONN_MAX_AGE": None,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
    }
}
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
STRIPE_TEST_SECRET_KEY = "sk_test_peerpeerpeerpeerpeerpeer"  # noqa: S105 opens nothing
STRIPE_LIVE_MODE = False
