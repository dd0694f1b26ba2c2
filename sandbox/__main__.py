"""`python -m sandbox`: see README.md for the environment it reads."""

import asyncio
import os
from pathlib import Path

from sandbox.app import build_app
from sandbox.serving import serve


def main() -> None:
    """Serves the providers until it is told to stop."""
    state = os.environ.get("SANDBOX_STATE")
    host = os.environ.get("SANDBOX_HOST", "127.0.0.1")
    port = int(os.environ.get("SANDBOX_PORT", "8100"))
    asyncio.run(serve(build_app(Path(state) if state else None), label="sandbox", host=host, port=port))


if __name__ == "__main__":
    main()
