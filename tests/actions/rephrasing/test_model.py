"""A model is opened by its name, or says in one line why it cannot be."""

import pytest

from actions.rephrasing.model import ModelNotUsable, open_model
from tests.support.language_model import Standin


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mistralai:small", "its package is missing"),
        ("nobody:nothing", "cannot be used"),
        ("no-provider-in-the-name", "cannot be used"),
    ],
)
def test_what_cannot_be_opened_says_so_in_one_line(name: str, says: str) -> None:
    with pytest.raises(ModelNotUsable) as error:
        open_model(name)
    assert says in str(error.value)
    assert "KITH_LLM_MODEL" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_provider_without_its_key_is_not_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelNotUsable, match="KITH_LLM_MODEL"):
        open_model("openai:gpt-4o-mini")


def test_opening_sends_nothing(standin: Standin) -> None:
    open_model("openai:standin", base_url=standin.address, api_key="x")
    assert standin.requests == []


def test_one_request_with_a_bounded_answer(standin: Standin) -> None:
    standin.says = lambda asked: f" {asked['lines'][0]['text']} "
    model = open_model("openai:standin", base_url=standin.address, api_key="x")
    assert model.write("be kind", '{"lines": [{"text": "Hello."}]}') == "Hello."
    body = standin.bodies[0]
    assert body["temperature"] == 0
    assert 0 < (body.get("max_tokens") or body.get("max_completion_tokens")) <= 400
    assert "user" not in body
    assert "metadata" not in body
