"""The clinic's own limits: signed and used, or nothing starts, with one line that says why."""

import subprocess
import sys
from pathlib import Path

import pytest

from kith.clinic_limits import tests_of as limits_of
from kith.commands import doctor_command
from kith.settings import ROOT, Settings, SettingsError

KEY = "0123456789abcdef" * 4
FILE = """clinic = "Riverbend"
approved_by = "A. Ruiz, MD"
approved_on = 2026-08-01

[[limits]]
analyte = "potassium"
unit = "mmol/L"
low = "3.4"
high = "5.3"
source = "Lab manual, p. 4"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "limits.toml"
    file.write_text(FILE)
    return file


def kith(tmp_path: Path, *arguments: str, key: str = KEY, **more: str) -> subprocess.CompletedProcess[str]:
    environ = {
        "PATH": "/usr/bin:/bin",
        "KITH_VAR_DIR": str(tmp_path / "var"),
        "KITH_CLINIC_LIMITS_KEY": key,
        **more,
    }
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


def settings(tmp_path: Path, path: Path, key: str = KEY) -> Settings:
    return Settings.from_env(
        {
            "KITH_VAR_DIR": str(tmp_path / "var"),
            "KITH_CLINIC_LIMITS": str(path),
            "KITH_CLINIC_LIMITS_KEY": key,
        }
    )


def signed(tmp_path: Path, path: Path) -> Path:
    done = kith(tmp_path, "-m", "kith", "limits", "sign", str(path))
    assert done.returncode == 0, done.stderr
    assert "potassium usual: 3.4 to 5.3; clinic: Riverbend" in done.stdout
    return path


def test_a_signed_file_is_used(tmp_path: Path, path: Path) -> None:
    tests = limits_of(settings(tmp_path, signed(tmp_path, path)))
    assert f"{tests['potassium'].ranges[-1].limits.high}" == "5.3"
    checked = kith(tmp_path, "-m", "kith", "limits", "check", str(path))
    assert (checked.returncode, "signed, 1 rows in use" in checked.stdout) == (0, True)


def test_without_a_file_the_catalogue_is_used(tmp_path: Path) -> None:
    plain = Settings.from_env({"KITH_VAR_DIR": str(tmp_path / "var")})
    assert f"{limits_of(plain)['potassium'].ranges[-1].limits.high}" == "5.0"


@pytest.mark.parametrize(
    "how", ["unsigned", "changed", "another-key", "no-key", "gone", "nonsense-signature"]
)
def test_what_cannot_be_trusted_is_refused(tmp_path: Path, path: Path, how: str) -> None:
    key = KEY
    if how != "unsigned":
        signed(tmp_path, path)
    if how == "changed":
        path.write_text(FILE.replace("5.3", "5.9"))
    if how == "another-key":
        key = KEY[::-1]
    if how == "no-key":
        key = ""
    if how == "gone":
        path.unlink()
    if how == "nonsense-signature":
        (tmp_path / "limits.toml.sig").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError) as refused:
        limits_of(settings(tmp_path, path, key))
    assert str(refused.value).startswith(f"KITH_CLINIC_LIMITS {path}: ")
    assert "\n" not in str(refused.value)


def test_the_actions_do_not_start_on_a_changed_file(tmp_path: Path, path: Path) -> None:
    signed(tmp_path, path)
    path.write_text(FILE.replace("5.3", "5.9"))
    done = kith(tmp_path, "-m", "actions", KITH_CLINIC_LIMITS=str(path))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "the signature does not fit" in done.stderr


def test_what_is_not_sure_is_not_signed(tmp_path: Path, path: Path) -> None:
    path.write_text(FILE.replace("potassium", "kryptonite"))
    done = kith(tmp_path, "-m", "kith", "limits", "sign", str(path))
    assert done.returncode == 1
    assert "no such test" in done.stderr
    assert not (tmp_path / "limits.toml.sig").exists()


def test_a_key_is_made_long_enough(tmp_path: Path, path: Path) -> None:
    made = kith(tmp_path, "-m", "kith", "limits", "key").stdout.strip()
    assert len(made) == 64
    assert kith(tmp_path, "-m", "kith", "limits", "sign", str(path), key=made).returncode == 0
    assert "shorter than 32" in kith(tmp_path, "-m", "kith", "limits", "sign", str(path), key="short").stderr


def test_the_doctor_says_so(tmp_path: Path, path: Path) -> None:
    (finding,) = doctor_command.check_clinic_limits(settings(tmp_path, path))
    assert finding.state == "fail"
    (finding,) = doctor_command.check_clinic_limits(settings(tmp_path, signed(tmp_path, path)))
    assert (finding.state, "signed" in finding.says) == ("ok", True)
