"""Where clinicians read and answer: one true page of each patient, risk first, every look audited."""

from careteam.app import create_app
from careteam.config import CareTeamConfig, Clinician

__all__ = ["CareTeamConfig", "Clinician", "create_app"]
