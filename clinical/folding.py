"""Text folded for reading (case, accents, quotes, dashes), never moving a character: offsets stay true."""

import re
import unicodedata
from functools import lru_cache

ATOM = re.compile(r"[a-z]+|\d+|[+#%]")
"""The smallest parts of a test's name: "Vitamin B-12" is vitamin, b, 12."""

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‛`´ʼ′", "'"),
        **dict.fromkeys("“”„″", '"'),
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000\t", " "),
        **dict.fromkeys("\u200b\u200c\u200d\ufeff", " "),
        **dict.fromkeys("µμ", "u"),
        **dict.fromkeys("×✕✖", "x"),
        **dict.fromkeys("≤⩽", "≤"),
        **dict.fromkeys("≥⩾", "≥"),
        "…": " ",
        "•": " ",
        "·": ".",
        "⁄": "/",
        "：": ":",
        "，": ",",
        "\r": "\n",
    }
)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    stripped = unicodedata.normalize("NFKD", character)[0]
    folded = (stripped if stripped.isascii() else character).lower()
    return folded if len(folded) == 1 else character


def fold(text: str) -> str:
    """Lower case, no accents, plain punctuation; as long as what came in: "Ácido Úrico" -> "acido urico"."""
    plain = text.translate(_PLAIN)
    if plain.isascii():
        return plain.lower()
    return "".join(_fold_character(character) for character in plain)


def atoms(text: str) -> tuple[str, ...]:
    """The parts of a name, however it is punctuated: "CA 19-9" and "ca19.9" give the same."""
    return tuple(ATOM.findall(fold(text)))
