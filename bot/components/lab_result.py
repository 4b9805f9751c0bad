"""The lab results and lab tests of a message as entities, read by the same code that explains them."""

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from clinical import catalogue, extract
from clinical.catalogue import Catalogue

LAB_RESULT = "lab_result"
LAB_TEST = "lab_test"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LabResultExtractor(GraphComponent):
    """ "my potassium is 5.9" -> lab_result {"code": "2823-3", "analyte": "potassium", "value": "5.9"}."""

    def __init__(self, tests: Catalogue) -> None:
        self.catalogue = tests

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LabResultExtractor":
        """Rasa's entry; the catalogue is the one of this release, never a copy in the model."""
        tests = catalogue.load()
        entities("potassium 4.0", tests)  # compiles the names now, not while the first patient waits
        return cls(tests)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the entities; offsets are into the text as Rasa was given it."""
        for message in messages:
            found = entities(message.get(TEXT) or "", self.catalogue)
            if found:
                message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages


def entities(text: str, tests: Catalogue) -> list[dict[str, Any]]:
    """Results told, then tests named without a value."""
    told = extract.read(text, tests)
    measured = {each.analyte for each in told}
    results = [
        _entity(
            LAB_RESULT,
            {"code": each.loinc, "analyte": each.analyte, "value": each.value, "unit": each.unit},
            each.start,
            each.end,
        )
        for each in told
    ]
    named = [each for each in extract.named(text, tests) if each.analyte not in measured]
    return results + [
        _entity(LAB_TEST, {"code": each.loinc, "analyte": each.analyte}, each.start, each.end)
        for each in named
    ]


def _entity(name: str, value: dict[str, Any], start: int, end: int) -> dict[str, Any]:
    return {
        "entity": name,
        "value": value,
        "start": start,
        "end": end,
        "extractor": LabResultExtractor.__name__,
        "confidence_entity": 1.0,
    }
