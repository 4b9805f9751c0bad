"""Rasa's logistic regression with its weights kept as plain arrays, which load in no time."""

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier

WEIGHTS = "weights.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearClassifier(LogisticRegressionClassifier):
    """Rasa's own keeps the model with skops, whose import alone takes five seconds at every start."""

    def persist(self) -> None:
        """Three arrays and nothing executable."""
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(
                folder / WEIGHTS,
                weights=self.clf.coef_,
                intercepts=self.clf.intercept_,
                intents=self.clf.classes_.astype(str),
            )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "LinearClassifier":
        """Raises where the weights are missing: an untrained classifier must not answer patients."""
        classifier = cls(config, execution_context.node_name, model_storage, resource)
        with (
            model_storage.read_from(resource) as folder,
            np.load(folder / WEIGHTS, allow_pickle=False) as kept,
        ):
            classifier.clf.coef_ = kept["weights"]
            classifier.clf.intercept_ = kept["intercepts"]
            classifier.clf.classes_ = kept["intents"]
        return classifier
