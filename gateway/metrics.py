"""Figures for Prometheus: counts and times only, never a name, a number or a word of anyone."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)

LATE = (0.1, 0.5, 1, 2.5, 5, 15, 30, 60, 120, 300, 600)


class Metrics:
    """One registry for one gateway; labels come from small fixed sets."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.accepted = self._count("kith_messages_accepted", "Messages stored", "channel", "outcome")
        self.refused = self._count("kith_requests_refused", "Requests refused", "where", "reason")
        self.flags = self._count("kith_screened", "Messages by the level of the safety screen", "level")
        self.turns = self._count("kith_turns", "Turns ended, by how", "how")
        self.rasa_failures = self._count("kith_rasa_failures", "Failed calls of the dialogue", "why")
        self.sends = self._count("kith_sends", "Texts handed to Twilio, by outcome", "outcome")
        self.statuses = self._count("kith_delivery_statuses", "Delivery statuses heard", "status")
        self.reconciled = self._count("kith_reconciled", "Messages found that no webhook brought")
        self.papers = self._count("kith_papers", "Photos and PDFs, by what came of them", "outcome")
        self.paper_seconds = self._time("kith_paper_seconds", "Reading one photo or PDF")
        self.accept_seconds = self._time("kith_accept_seconds", "From request to stored")
        self.screen_model = self._gauge(
            "kith_screen_model", "1: the safety screen has its embedding model; 0: rules and words alone"
        )
        self.screen_seconds = self._time("kith_screen_seconds", "The safety screen of one message")
        self.screen_late = Histogram(
            "kith_screen_late_seconds", "Until the model was asked, of messages a crowd kept it from",
            buckets=LATE, registry=self.registry,
        )  # fmt: skip
        self.screen_waiting = self._gauge(
            "kith_screen_waiting", "Stored messages the screen's model has not been asked about yet"
        )
        self.turn_seconds = self._time("kith_turn_seconds", "From lease to committed answer")
        self.inbox_waiting = self._gauge("kith_inbox_waiting", "Messages not answered yet")
        self.inbox_age = self._gauge("kith_inbox_oldest_seconds", "Age of the oldest unanswered message")
        self.outbox_waiting = self._gauge("kith_outbox_waiting", "Texts not handed to Twilio yet")
        self.outbox_age = self._gauge("kith_outbox_oldest_seconds", "Age of the oldest text not handed over")
        self.spool = self._gauge("kith_spool_messages", "Messages on disk here, not in the database yet")
        self.spool_refused = self._count(
            "kith_spool_refused", "Spooled messages the database would not take, put aside for a person"
        )
        self.heartbeat = self._gauge(
            "kith_worker_heartbeat_seconds", "Unix time a worker last looked for work"
        )
        self.streams = self._gauge("kith_widget_streams", "Open widget event streams")
        self.open_tasks = Gauge(
            "kith_open_tasks", "Tasks nobody has done yet", ["priority"], registry=self.registry
        )

    def _count(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, registry=self.registry)

    def _time(self, name: str, text: str) -> Histogram:
        return Histogram(name, text, buckets=FAST, registry=self.registry)
