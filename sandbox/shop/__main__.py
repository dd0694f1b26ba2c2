"""`python -m sandbox.shop`: see ../README.md for the environment it reads."""

import asyncio
import sys

from sandbox.serving import serve
from sandbox.shop.app import build_shop
from sandbox.shop.config import Config, MissingSettingsError


def main() -> None:
    """Serves the shop until it is told to stop; without its settings it says which are missing and exits with 2."""
    try:
        config = Config.from_environment()
    except MissingSettingsError as missing:
        sys.exit(f"shop: set {missing}")
    app, shop = build_shop(config)

    def listening(address: str) -> None:
        shop.public_url = shop.public_url or address

    asyncio.run(serve(app, label="shop", host=config.host, port=config.port, on_listening=listening))


if __name__ == "__main__":
    main()
