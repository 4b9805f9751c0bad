"""The clinic's own limits: one file, signed by who approved it, refused when a byte of it was changed."""

import hashlib
import hmac
from pathlib import Path

from clinical import catalogue, overrides
from clinical.catalogue import Catalogue
from clinical.overrides import Override, OverrideError
from kith.settings import Settings, SettingsError

PURPOSE = b"kith clinic limits 1\n"  # a signature for this file is none for anything else
SHORTEST_KEY = 32  # characters


def tests_of(settings: Settings) -> Catalogue:
    """The catalogue this clinic judges by; SettingsError when its own limits cannot be trusted."""
    known = catalogue.load()
    if not settings.clinic_limits:
        return known
    try:
        return overrides.apply(checked(Path(settings.clinic_limits), settings.clinic_limits_key.value), known)
    except OverrideError as error:
        raise SettingsError(f"KITH_CLINIC_LIMITS {settings.clinic_limits}: {error}") from error


def checked(path: Path, key: str) -> tuple[Override, ...]:
    """The rows of a signed file; OverrideError when it is missing, unclear, or changed since then."""
    try:
        content, signature = path.read_bytes(), signature_path(path).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        missing = getattr(error, "filename", None) or signature_path(path)
        raise OverrideError(f"cannot read {missing}; `bin/kith limits sign` writes the signature") from error
    if not hmac.compare_digest(signature, sign(content, key)):
        raise OverrideError("the signature does not fit: it was changed since, or signed with another key")
    return rows(content)


def rows(content: bytes) -> tuple[Override, ...]:
    """The rows of a file, checked against the catalogue, signed or not."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise OverrideError("it is not UTF-8 text") from error
    found = overrides.parse(text, catalogue.load())
    overrides.apply(found, catalogue.load())
    return found


def sign(content: bytes, key: str) -> str:
    """HMAC-SHA256 over the file's bytes, in hex."""
    if len(key) < SHORTEST_KEY:
        raise OverrideError(f"KITH_CLINIC_LIMITS_KEY is missing or shorter than {SHORTEST_KEY} characters")
    return hmac.new(key.encode(), PURPOSE + content, hashlib.sha256).hexdigest()


def signature_path(path: Path) -> Path:
    """`limits.toml.sig` beside `limits.toml`."""
    return path.with_name(f"{path.name}.sig")
