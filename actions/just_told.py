"""The results of the message before this one: what "his", "not mine" and "mg/dL" speak of."""

from collections.abc import Sequence

from record.view import Earlier, PatientView


def results(view: PatientView) -> Sequence[Earlier]:
    """What was told with the message before, as far as it was kept."""
    told = [
        each
        for series in view.observations.values()
        for each in series
        if each.origin != "measured" and view.last_heard is not None and each.at >= view.last_heard
    ]
    last = max((each.at for each in told), default="")
    return [each for each in told if each.at == last]


def spoken_of(view: PatientView) -> str:
    """Whose they were; "patient" where there are none, or more than one other person's."""
    whose = {each.subject for each in results(view)} - {"patient"}
    return whose.pop() if len(whose) == 1 else "patient"
