"""The test suite: real PostgreSQL, real Redis, fast password hashing, keys of its own."""

from payments_site.settings.common import *  # noqa: F403
from payments_site.settings.common import DATABASES

SECRET_KEY = "test-only-secret-key-that-is-long-enough-to-pass-the-checks"  # noqa: S105
FERNET_KEYS = ["d3vK2pq3b8n4S0yq7mVYwJqkq0bq0gX9xVn2cVwq0aE="]
BLIND_INDEX_KEY = "test-only-blind-index-key"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
RATE_LIMIT_CLIENT = "100000/m"
RATE_LIMIT_ADMIN = "100000/m"
RATE_LIMIT_WEBHOOK = "100000/m"
CALLBACK_ALLOWED_HOSTS = frozenset({"127.0.0.1", "localhost", "shop.example"})
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
