"""Start the Twilio stand-in with Kith's settings: `python -m kith.standin`."""

import os
import sys

from kith.settings import Settings


def command(settings: Settings) -> list[str]:
    """The stand-in's own command line; it knows nothing of Kith's settings."""
    return [
        sys.executable, "-m", "twilio_standin",
        "--port", str(settings.standin_port),
        "--webhook-url", f"{settings.public_url}/twilio/inbound",
        "--number", settings.twilio_from,
    ]  # fmt: skip


def main() -> None:
    """Replace this process by the stand-in; the token goes by environment, out of the process list."""
    settings = Settings.from_env(os.environ)
    environment = {**os.environ, "TWILIO_STANDIN_TOKEN": settings.twilio_auth_token.value}
    line = command(settings)
    os.execve(line[0], line, environment)  # noqa: S606 - our own command, no shell


if __name__ == "__main__":
    main()
