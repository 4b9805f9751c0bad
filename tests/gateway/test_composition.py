"""The gateway as it is really put together: its settings, the real screen, the real care-team pages."""

from pathlib import Path

import pytest

from gateway.__main__ import compose, ear, gateway_config
from gateway.config import GatewayConfig
from kith.settings import Secret, Settings
from record.tables import flag, task
from tests.gateway.conftest import until


def settings(tmp_path: Path, **change: str) -> Settings:
    return Settings.from_env({"KITH_VAR_DIR": str(tmp_path), **change})


def test_without_an_account_the_stand_in_is_spoken_to(tmp_path: Path) -> None:
    config = gateway_config(settings(tmp_path, KITH_DEMO="1"))
    assert config.twilio_api_base == "http://127.0.0.1:8090"
    assert config.account_sid.startswith("AC")
    assert config.simulator_url.endswith("/phone")
    assert len(config.auth_tokens) == 1
    assert config.public_url == "http://127.0.0.1:8080"
    assert not config.secure


def test_with_an_account_the_real_twilio_is(tmp_path: Path) -> None:
    config = gateway_config(
        settings(
            tmp_path,
            KITH_TWILIO_ACCOUNT_SID="AC" + "1" * 32,
            KITH_TWILIO_AUTH_TOKEN="one",
            KITH_TWILIO_AUTH_TOKEN_NEXT="two",
            KITH_PUBLIC_URL="https://kith.clinic.example/",
        )
    )
    assert (config.twilio_api_base, config.simulator_url) == (None, "")
    assert config.auth_tokens == ("one", "two")
    assert config.url("/twilio/inbound") == "https://kith.clinic.example/twilio/inbound"
    assert config.secure


@pytest.mark.parametrize("token", ["admin_token", "rasa_secret"])
def test_no_secret_is_empty(tmp_path: Path, token: str) -> None:
    made = settings(tmp_path)
    assert len(getattr(made, token).value) >= 32
    assert isinstance(getattr(made, token), Secret)


def test_the_parts_are_put_together_on_a_fresh_database(tmp_path: Path) -> None:
    parts = compose(settings(tmp_path))
    assert parts.careteam is not None
    assert set(parts.checks) == {"actions", "index"}
    assert (tmp_path / "kith.db").exists()
    parts.store.close()


def real_ear():
    return ear(GatewayConfig("https://k.example", "AC1", ("t",), "http://r", "s", "a"))


@pytest.mark.parametrize(
    ("text", "level", "named"),
    [
        ("my chest hurts and my left arm is numb", "emergency", "911"),
        ("I want to kill myself", "crisis", "988"),
    ],
)
def test_the_real_screen_answers_danger(make_kit, text: str, level: str, named: str) -> None:
    kit = make_kit(ear=real_ear())
    kit.dialogue.mode = "500"
    kit.phone(text)
    until(lambda: kit.on_phone())
    assert named in kit.on_phone()[0]
    assert level in {row.level for row in kit.rows(flag)}
    assert kit.rows(task)[0].priority == "stat"


def test_the_real_screen_lets_a_question_through(make_kit) -> None:
    kit = make_kit(ear=real_ear())
    kit.phone("what does my potassium of 4.1 mean?")
    until(lambda: kit.on_phone() == ["About what does my potassium of 4.1 mean?"])
    assert kit.rows(flag) == []
