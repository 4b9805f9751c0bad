"""Sentence embeddings on our own export of all-MiniLM-L6-v2: onnxruntime, one thread, no network."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from knowledge.errors import ModelUnavailable

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
LONGEST = 256  # word pieces, what the model was trained with
HOW_TO_MEND = "run `python -m knowledge build` (or `make build`)"


class MiniLM(Embeddings):
    """Texts to 384 numbers of length one. The model is loaded with the first text, not before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One at a time: in eight bits a text's neighbours in a batch would move it."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float(number) for number in self._embed(text)]

    def load(self) -> None:
        """Load now what would be loaded with the first text; ModelUnavailable says what is missing."""
        _ = self._tokenizer, self._session

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        path = self._existing(TOKENIZER_FILE)
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception for a damaged file
            raise ModelUnavailable(f"{path} cannot be read: {HOW_TO_MEND}") from error
        tokenizer.enable_truncation(LONGEST)
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime as ort

        path = self._existing(MODEL_FILE)
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base class
            raise ModelUnavailable(f"{path} cannot be loaded: {HOW_TO_MEND}") from error

    def _existing(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise ModelUnavailable(f"{path} is missing: {HOW_TO_MEND}")
        return path

    def _embed(self, text: str) -> NDArray[np.float32]:
        """Mean over the word pieces, then length one, as the model was trained."""
        encoded = self._tokenizer.encode(text)
        (states,) = self._session.run(
            None,
            {
                "input_ids": np.array([encoded.ids], dtype=np.int64),
                "attention_mask": np.array([encoded.attention_mask], dtype=np.int64),
                "token_type_ids": np.array([encoded.type_ids], dtype=np.int64),
            },
        )
        mean: NDArray[np.float32] = states[0].mean(axis=0)
        normed: NDArray[np.float32] = mean / np.linalg.norm(mean)
        return normed
