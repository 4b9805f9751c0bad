"""`python -m twilio_standin`: the stand-in on loopback."""

import argparse
import os

import uvicorn

from twilio_standin.app import create_app
from twilio_standin.config import ACCOUNT_SID, OUR_NUMBER, StandinConfig


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m twilio_standin", description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--webhook-url", required=True, help="where inbound messages are posted, signed")
    parser.add_argument("--token", help="the account's auth token; TWILIO_STANDIN_TOKEN when left out")
    parser.add_argument("--account-sid", default=ACCOUNT_SID)
    parser.add_argument("--number", action="append", help="a number of the account; may be repeated")
    parser.add_argument("--messaging-service-sid", default="")
    parser.add_argument("--opt-out", choices=("default", "advanced", "off"), default="default")
    parser.add_argument("--step-seconds", type=float, default=0.15, help="from one status to the next")
    chosen = parser.parse_args()
    token = chosen.token or os.environ.get("TWILIO_STANDIN_TOKEN", "")
    if not token:
        parser.error("no auth token: give --token or set TWILIO_STANDIN_TOKEN")
    config = StandinConfig(
        token=token,
        webhook_url=chosen.webhook_url,
        account_sid=chosen.account_sid,
        numbers=tuple(chosen.number or (OUR_NUMBER,)),
        messaging_service_sid=chosen.messaging_service_sid,
        opt_out=chosen.opt_out,
        step_seconds=chosen.step_seconds,
    )
    # Loopback only: the control routes obey anyone who can reach them.
    uvicorn.run(create_app(config), host="127.0.0.1", port=chosen.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
