"""The clinic's directory of help: its own file, the made-up one of the demo, or the national numbers."""

from actions.resources.directory import Directory, DirectoryError, load
from kith.settings import ROOT, Settings, SettingsError

DEMO = ROOT / "kith" / "demo" / "resources.toml"


def directory_of(settings: Settings) -> Directory:
    """What actions give numbers from; SettingsError when the clinic's file cannot be used."""
    path = settings.resources_file or (str(DEMO) if settings.demo else "")
    try:
        return load(path)
    except DirectoryError as error:
        raise SettingsError(f"KITH_RESOURCES_FILE {settings.resources_file}: {error}") from error
