"""Listen for HL7 v2 messages with Kith's settings: `python -m kith.mllp`.

A process of its own: a laboratory's burst at midnight must not slow the answer to a patient, and a
fault in one must not stop the other. Each message is judged before the database is locked and
written in one short transaction, so the gateway, which writes to the same file, does not wait long.
"""

import asyncio
import ipaddress
import os
import signal
import sys

from kith import logs
from kith.clinic_limits import tests_of
from kith.settings import Settings, SettingsError
from record import release_rules
from record.database import DatabaseError, connect, migrate
from record.mllp.listener import Listener, Network
from record.mllp.receiving import Receiver
from record.release_rules import PolicyError


def peers(settings: Settings) -> list[Network]:
    """The networks that may send; SettingsError where one is none, or nobody is named on an open address."""
    try:
        named = [ipaddress.ip_network(each) for each in settings.mllp_peers]
        address = ipaddress.ip_address(settings.mllp_address)
    except ValueError as error:
        raise SettingsError(
            f"KITH_MLLP_ADDRESS and KITH_MLLP_PEERS are to be IP addresses: {error}"
        ) from None
    if not address.is_loopback and not named:
        raise SettingsError(
            f"KITH_MLLP_ADDRESS is {address}, open to others, and HL7 has no passwords: "
            "name in KITH_MLLP_PEERS who may send (192.0.2.10, 198.51.100.0/24)"
        )
    return named


def compose(settings: Settings) -> Listener:
    """Open the database once, and read the tables every message needs."""
    allowed = peers(settings)
    engine = connect(settings.database_url)
    migrate(engine)
    policy = release_rules.load(settings.release_file)
    return Listener(Receiver(engine, tests_of(settings), policy), allowed)


async def serve(listener: Listener, settings: Settings) -> None:
    """Until told to stop."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    await listener.start(settings.mllp_address, settings.mllp_port)
    await stopping.wait()
    await listener.stop()


def main() -> int:
    """One clear line and status 1 when it cannot start."""
    try:
        settings = Settings.from_env(os.environ)
        logs.configure(settings.log_level)
        asyncio.run(serve(compose(settings), settings))
    except (SettingsError, DatabaseError, PolicyError, OSError) as error:
        print(f"mllp: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
