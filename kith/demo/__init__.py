"""Made-up patients and a demo sign-in, so that a newcomer sees Kith at work in a minute."""

from kith.demo.seed import DemoReport, seed

__all__ = ["DemoReport", "seed"]
