"""Sentence embeddings for hearing: all-MiniLM-L6-v2 as `kith build` exports it, one thread, no network."""

import os
from base64 import b64decode
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
LONGEST = 64  # word pieces of one window; what is longer is cut, so that time is bounded
SIZE = 384


def handed_on(given: str | None) -> NDArray[np.float32] | None:
    """What another process made of a text: base64 of 384 little-endian floats; None where it is not that."""
    try:
        numbers: NDArray[np.float32] = np.frombuffer(b64decode(given or ""), dtype="<f4")
    except ValueError:
        return None
    return numbers if numbers.shape == (SIZE,) else None


class Embedder:
    """Texts to 384 numbers of length one, loaded with the first text.

    One text at a time: in eight bits a text's numbers would shift a little with its neighbours in a batch.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def is_there(self) -> bool:
        return (self.folder / MODEL_FILE).is_file() and (self.folder / TOKENIZER_FILE).is_file()

    def embed(self, text: str) -> NDArray[np.float32]:
        """Mean over the word pieces, then length one, as the model was trained."""
        mean: NDArray[np.float32] = self.states(text).mean(axis=0)
        return mean / float(np.linalg.norm(mean))

    def states(self, text: str) -> NDArray[np.float32]:
        """One row a word piece, for those who look closer than the mean."""
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(None, inputs)
        rows: NDArray[np.float32] = states[0]
        return rows

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / TOKENIZER_FILE))
        tokenizer.enable_truncation(LONGEST)
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return ort.InferenceSession(
            str(self.folder / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )
