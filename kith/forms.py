"""The clinic's own screening forms, from the file it supplies; none without one."""

from pathlib import Path

from clinical.screeners.clinic import Form, FormsError, parse
from kith.settings import Settings, SettingsError


def forms_of(settings: Settings) -> tuple[Form, ...]:
    """What may be asked beside the forms that come with Kith; SettingsError when the file cannot be used."""
    if not settings.forms_file:
        return ()
    try:
        return parse(Path(settings.forms_file).read_text("utf-8"))
    except (FormsError, OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"KITH_FORMS_FILE {settings.forms_file}: {error}") from error
