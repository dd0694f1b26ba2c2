"""Keys, cookies, headers. Nothing here has a usable default outside development."""

from __future__ import annotations

from payments_site.settings.env import env

# Newest first; older ones only decrypt. A new one:
# python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"
FERNET_KEYS: list[str] = env.list("FERNET_KEYS", default=[])
FERNET_USE_HKDF = False
# Secret of the blind indexes (look-up by e-mail and phone). Changing it loses the look-up, not the data.
BLIND_INDEX_KEY: str = env.str("BLIND_INDEX_KEY", default="")

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Proxies whose X-Forwarded-For is believed (addresses or networks); without any, only the peer's address counts.
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])
