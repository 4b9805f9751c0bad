"""Any chat model LangChain knows, opened by its name; it is only ever asked for one short text."""

import logging
import os
from typing import Any

LONGEST_ANSWER = 400  # tokens: more than a page of ours
QUIET = (
    "openai",
    "anthropic",
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "urllib3",
    "langchain",
    "langsmith",
)


class ModelNotUsable(Exception):
    """The language model that was set cannot be opened; the message says why and how to mend it."""


class ChatModel:
    """`write(system, user)` returns the text of one answer; whatever goes wrong raises."""

    def __init__(self, model: Any) -> None:
        # Here, and not at a first answer, whose seconds are counted; nor at import, where few set a model.
        from langchain_core.messages import HumanMessage, SystemMessage
        from langsmith import tracing_context

        self._model, self._untraced = model, tracing_context
        self._system, self._human = SystemMessage, HumanMessage

    def write(self, system: str, user: str) -> str:
        # A trace would send the whole exchange to a third party: off whatever the environment says.
        with self._untraced(enabled=False):
            answer = self._model.invoke([self._system(system), self._human(user)])
        return _text(answer.content)


def _text(content: object) -> str:
    """Providers answer with a text or with blocks; anything that is not text is left out."""
    if isinstance(content, str):
        return content.strip()
    blocks = content if isinstance(content, list) else []
    parts = [each if isinstance(each, str) else each.get("text", "") for each in blocks]
    return " ".join(part for part in parts if isinstance(part, str)).strip()


def open_model(name: str, *, base_url: str = "", api_key: str = "", seconds: float = 2.5) -> ChatModel:
    """`name` is LangChain's: "openai:gpt-4o-mini", "anthropic:…", "ollama:llama3.2". Nothing is sent yet.

    Raises ModelNotUsable in one line: no provider in the name, its package not installed, no key.
    """
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"
    for library in QUIET:  # their debug logs quote what is sent
        logging.getLogger(library).setLevel(logging.WARNING)
    given = {"base_url": base_url, "api_key": api_key}
    options: dict[str, Any] = {key: value for key, value in given.items() if value}
    try:
        from langchain.chat_models import init_chat_model

        model = init_chat_model(
            name, temperature=0, timeout=seconds, max_retries=0, max_tokens=LONGEST_ANSWER, **options
        )
    except ImportError as error:
        raise ModelNotUsable(
            f"KITH_LLM_MODEL is {name}, but its package is missing: {_line(error)}"
        ) from None
    except Exception as error:  # each provider's own errors share no base class
        raise ModelNotUsable(f"KITH_LLM_MODEL {name!r} cannot be used: {_line(error)}") from None
    return ChatModel(model)


def _line(error: Exception) -> str:
    """The first line of a library's message; the rest repeats it with addresses."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
