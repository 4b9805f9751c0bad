"""STOP, START and HELP as Twilio itself handles them before an application sees the message."""

# Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (default English keywords)
KEYWORDS = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), "STOP"),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "START"),
    **dict.fromkeys(("HELP", "INFO"), "HELP"),
}

REPLIES = {
    "STOP": "You are unsubscribed. No more messages will be sent. Reply START to get messages again.",
    "START": "You are subscribed again and will get messages from this number.",
    "HELP": "Reply STOP to unsubscribe. Msg and data rates may apply.",
}


class OptOuts:
    """Which phones have blocked the account's number."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._blocked: set[str] = set()

    def hear(self, number: str, body: str) -> str | None:
        """The keyword's type when Twilio acts on it; YES only brings back a phone that had left."""
        kind = KEYWORDS.get(body.strip().upper()) if self._mode != "off" else None
        if kind == "START" and body.strip().upper() == "YES" and number not in self._blocked:
            return None
        if kind == "STOP":
            self._blocked.add(number)
        elif kind == "START":
            self._blocked.discard(number)
        return kind

    def webhook_type(self, kind: str | None) -> str | None:
        """What the webhook says in `OptOutType`: only Advanced Opt-Out says it."""
        return kind if self._mode == "advanced" else None

    def blocked(self, number: str) -> bool:
        return number in self._blocked
