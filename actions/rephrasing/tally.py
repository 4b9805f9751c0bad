"""How often an answer was rephrased, or why it was not: counts and seconds, never a word of it."""

import logging

from prometheus_client import CollectorRegistry, Counter, Histogram

log = logging.getLogger("kith.rephrasing")


class Tally:
    """Outcomes: used, refused:<reason>, failed:<error>, timeout, busy, resting, skipped:<why>."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self._outcomes = Counter(
            "kith_rephrased", "Explanations given to the language model, by what became of them",
            ["outcome"], registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "kith_rephrasing_seconds", "Seconds an answer waited for the language model",
            buckets=(0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 5), registry=self.registry,
        )  # fmt: skip

    def count(self, outcome: str, seconds: float | None = None) -> None:
        self._outcomes.labels(outcome).inc()
        if seconds is not None:
            self._seconds.observe(seconds)
            log.info("rephrasing %s after %.0f ms", outcome, seconds * 1000)

    def of(self, outcome: str) -> int:
        """How often this outcome was counted."""
        value = self.registry.get_sample_value("kith_rephrased_total", {"outcome": outcome})
        return int(value or 0)
