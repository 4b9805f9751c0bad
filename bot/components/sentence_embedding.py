"""A whole message's meaning as 384 numbers: "my ride fell through" is near "I cannot get there"."""

from base64 import b64decode
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tokenizers import Tokenizer as WordPieces

from bot import places

BRIEF, REMEMBERED = 40, 256
"""Texts of so few characters are remembered: "yes", "thanks" and "skip" come again and again."""
LONGEST = 64
"""Word pieces read. What a longer message may be does not hang on its end, and time grows with it."""


SIZE = 384
MEANING = "meaning"
"""Where the gateway puts it in a message's metadata (docs/architecture.md)."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedding(DenseFeaturizer, GraphComponent):
    """all-MiniLM-L6-v2 on onnxruntime, one thread, no network; `weight` sets it against the counted words."""

    def __init__(self, name: str, weight: float, folder: Path) -> None:
        self.name = name
        self.weight = weight
        self.pieces = WordPieces.from_file(str(folder / "tokenizer.json"))
        self.pieces.enable_truncation(LONGEST)
        self.pieces.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.brief = lru_cache(REMEMBERED)(self.embed)

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"weight": 8.0}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """`weight` must be a number; Rasa asks before training."""
        float(config["weight"])

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEmbedding":
        """Rasa's entry; raises where the model was not built."""
        return cls(execution_context.node_name, float(config["weight"]), places.embedding())

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text is not None:
                row = handed_on((message.get("metadata") or {}).get(MEANING))
                features = self.weight * (self.meaning(text) if row is None else row)
                message.add_features(Features(features, FEATURE_TYPE_SENTENCE, TEXT, self.name))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def meaning(self, text: str) -> NDArray[np.float32]:
        """The row of a text, made or remembered; not to be written to."""
        return self.brief(text) if len(text) <= BRIEF else self.embed(text)

    def embed(self, text: str) -> NDArray[np.float32]:
        """One row of length one: the mean over the text's word pieces."""
        encoded = self.pieces.encode(text)
        (states,) = self.session.run(
            None,
            {
                "input_ids": np.array([encoded.ids], dtype=np.int64),
                "attention_mask": np.array([encoded.attention_mask], dtype=np.int64),
                "token_type_ids": np.array([encoded.type_ids], dtype=np.int64),
            },
        )
        mean: NDArray[np.float32] = states.mean(axis=1)
        length: NDArray[np.float32] = np.linalg.norm(mean, axis=1, keepdims=True)
        return np.divide(mean, length)


def handed_on(given: Any) -> NDArray[np.float32] | None:
    """The row the gateway's screen made of the very same text; None where there is none, or it is damaged."""
    try:
        row: NDArray[np.float32] = np.frombuffer(b64decode(given), dtype="<f4").reshape(1, SIZE)
    except (TypeError, ValueError):
        return None
    return row
