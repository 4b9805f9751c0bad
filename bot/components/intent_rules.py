"""The last word on the intent: keywords, results and corrections are sure; a guess is heard as told."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.deciding import Rules, decide, load


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentRules(GraphComponent):
    """Stands after the classifier and the lab result extractor."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "IntentRules":
        """Rasa's entry; the rules are those of this release."""
        return cls(load())

    def process(self, messages: list[Message]) -> list[Message]:
        """Every message leaves with an intent that has a rule."""
        for message in messages:
            guess = message.get(INTENT) or {}
            found = frozenset(entity["entity"] for entity in message.get(ENTITIES, []))
            name, sure = decide(
                self.rules,
                message.get(TEXT) or "",
                guess.get("name"),
                float(guess.get("confidence") or 0),
                found,
            )
            message.set(INTENT, {"name": name, "confidence": sure}, add_to_output=True)
        return messages
