"""What the shop must be told, from the environment."""

import os
from dataclasses import dataclass, field


class MissingSettingsError(Exception):
    """Names every variable that is missing."""


@dataclass(frozen=True)
class Config:
    """`api_base` ends in /api/v1; the two secrets were shown once when the tenant was made."""

    api_base: str
    project: str
    app: str
    api_key: str = field(repr=False)
    callback_secret: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8200
    public_url: str = ""

    @classmethod
    def from_environment(cls) -> "Config":
        """The configuration, or MissingSettingsError."""
        names = ["SHOP_API_BASE", "SHOP_PROJECT", "SHOP_APP", "SHOP_API_KEY", "SHOP_CALLBACK_SECRET"]
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            raise MissingSettingsError(", ".join(missing))
        return cls(
            api_base=os.environ["SHOP_API_BASE"].rstrip("/"),
            project=os.environ["SHOP_PROJECT"],
            app=os.environ["SHOP_APP"],
            api_key=os.environ["SHOP_API_KEY"],
            callback_secret=os.environ["SHOP_CALLBACK_SECRET"],
            host=os.environ.get("SHOP_HOST", "127.0.0.1"),
            port=int(os.environ.get("SHOP_PORT", "8200")),
            public_url=os.environ.get("SHOP_PUBLIC_URL", "").rstrip("/"),
        )
