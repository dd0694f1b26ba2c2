"""Production: refuses to start without its secrets, with DEBUG, or with a sandbox's address, naming each."""

from payments_site.settings.common import *  # noqa: F403
from payments_site.settings.common import ALLOWED_HOSTS, PUBLIC_BASE_URL
from payments_site.settings.env import env
from payments_site.settings.refusals import refuse_unsafe_start

refuse_unsafe_start()

DEBUG = False
BLIND_INDEX_KEY = env.str("BLIND_INDEX_KEY")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CALLBACK_REQUIRE_HTTPS = env.bool("CALLBACK_REQUIRE_HTTPS", default=True)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_BASE_URL])
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
__all__ = ["ALLOWED_HOSTS"]
