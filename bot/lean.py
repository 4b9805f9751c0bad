"""Keeps out of this process what trains neural networks: Kith has none, and they cost seconds and 300 MB.

A few modules of Rasa import TensorFlow on the way to everything else, to define or to recognise DIET and TED;
one lists every component there is. Empty stand-ins take their places. Nothing else of Rasa is touched, and
`rasa` itself, started from the command line, is as it always was.
"""

import sys
from types import ModuleType

# Module -> the names other modules import from it. Rasa 3.6.21; a test fails if a release needs more.
NEVER_USED = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": (
        "RasaDataGenerator",
        "RasaBatchDataGenerator",
    ),
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
}
COMPONENTS = "rasa.engine.recipes.default_components"


class NeverUsed:
    """Fails at once and by name, should Rasa ever come to need it."""

    def __init__(self, *_: object, **__: object) -> None:
        raise NotImplementedError("neural network training is kept out of this process (bot/lean.py)")


def keep_out_tensorflow() -> None:
    """Must run before anything of Rasa is imported."""
    for name, classes in NEVER_USED.items():
        module = ModuleType(name)
        for each in classes:
            setattr(module, each, type(each, (NeverUsed,), {}))
        sys.modules.setdefault(name, module)


def list_only_our_components() -> None:
    """What `config.yml` names without a path, for the recipe that looks names up."""
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer

    module = ModuleType(COMPONENTS)
    module.DEFAULT_COMPONENTS = [CountVectorsFeaturizer, RulePolicy]  # type: ignore[attr-defined]
    sys.modules.setdefault(COMPONENTS, module)
