"""Figures of pages: how many wait, for how long, how they went out and who answered; never about whom."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

MINUTES = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


class PagingMetrics:
    """On the gateway's registry; labels come from small fixed sets."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, words: str) -> Gauge:
            return Gauge(name, words, registry=registry)

        self.unacknowledged = gauge("kith_pages_unacknowledged", "Pages nobody has taken yet")
        self.oldest = gauge("kith_pages_oldest_seconds", "Age of the oldest page nobody has taken")
        self.exhausted = gauge("kith_pages_exhausted", "Pages the whole on-call list was tried for in vain")
        self.unsent = gauge("kith_page_sends_waiting", "Texts and emails to on-call people not out yet")
        self.people = gauge("kith_oncall_people", "People on the on-call list who are on duty now")
        self.list_broken = gauge(
            "kith_oncall_list_broken", "1: the on-call file on disk cannot be used; the last good one is"
        )
        self.held = gauge(
            "kith_takeovers_waiting_seconds", "Longest wait for an answer in a conversation taken over"
        )
        self.beat = gauge("kith_pager_heartbeat_seconds", "Unix time the pager last looked")
        self.opened = Counter("kith_pages_tasks", "Tasks that were paged for", registry=registry)
        self.sends = Counter(
            "kith_page_sends",
            "Pages handed over, by way and outcome",
            ["channel", "outcome"],
            registry=registry,
        )
        self.taken = Histogram(
            "kith_page_taken_seconds", "From page to someone taking it, by how", ["how"],
            buckets=MINUTES, registry=registry,
        )  # fmt: skip
        self.replies = Counter(
            "kith_oncall_replies", "Texts from on-call phones, by what they were", ["what"], registry=registry
        )
        self.handed_back = Counter(
            "kith_takeovers_handed_back",
            "Conversations Kith took back, the patient having waited",
            registry=registry,
        )
