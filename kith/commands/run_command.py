"""Start everything: gateway with the care-team pages, Rasa, the actions, the phone simulator."""

import argparse
import signal
import sys
import threading

from kith.clinic_limits import tests_of
from kith.demo import DemoReport, seed
from kith.settings import Settings
from kith.stack import Stack, StackError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="add made-up patients and a demo sign-in")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Stays in the foreground until Ctrl-C or SIGTERM; the processes' logs are in var/log."""
    if arguments.demo:
        settings = settings.with_demo()
    tests_of(settings)  # limits nobody signed must stop the start here, with one clear line
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    demo = seed(settings) if settings.demo else None
    print("Starting Kith ...", flush=True)
    stack = Stack(settings)
    try:
        seconds = stack.wait_until_ready()
        print(welcome(settings, seconds, demo), flush=True)
        while not stop.wait(0.5):
            if stack.supervisor.poll() is not None:
                raise StackError(f"the supervisor ended by itself\n{stack.logs()}")
    except StackError as error:
        print(f"kith run: {error}", file=sys.stderr)
        return 1
    finally:
        stack.stop()
    print("Kith has stopped.")
    return 0


def welcome(settings: Settings, seconds: float, demo: DemoReport | None) -> str:
    """What the engineer reads once everything answers."""
    lines = [
        f"Kith is ready ({seconds:.1f} s). Logs are in {settings.var_dir / 'log'}.",
        "",
        f"  Care-team pages   {settings.public_url}/care/",
    ]
    if demo:
        lines += [
            f"  Clinic page       {settings.public_url}/demo",
            f"  Phone simulator   {settings.standin_url}/phone" if not settings.real_twilio else "",
            "",
            f"  Demo sign-in      {demo.username} / {demo.password}",
            f"  Demo phones       {', '.join(demo.phones)}",
        ]
    if not settings.real_twilio:
        lines += ["", "  No Twilio account is set, so texts go to the phone simulator on this machine only."]
    return "\n".join([*lines, "", "Press Ctrl-C to stop."])
