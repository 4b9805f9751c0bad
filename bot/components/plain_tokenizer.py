"""Words as people text them: case, accents, quotes and apostrophes do not tell words apart."""

import re
from collections.abc import Iterator
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from clinical import catalogue
from clinical.folding import fold
from clinical.lexicon import Lexicon, compiled

WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|'(?=[^\W\d_]))*|\d+(?:[.,:/]\d+)*|[^\w\s]")
NUMBER = "0"  # every number reads alike: "sorry 4.1 not 3.1" and "sorry 12 not 21" are one sentence
TEST = "labtest"
MARKS = frozenset("?!") | frozenset("👍👎😂🤣")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class PlainTokenizer(Tokenizer):
    """ "I DON’T want 4.1" -> i dont want 0; of the signs only those that carry meaning are kept."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """As Rasa's own tokenizers have it."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens with their true places in the text; a text without any word is one token."""
        text = message.get(attribute)
        found = list(tokens(fold(text), compiled(catalogue.load())))
        tokenized: list[Token] = self._apply_token_pattern(found or [Token(text or "?", 0, len(text))])
        return tokenized


def tokens(folded: str, lexicon: Lexicon) -> Iterator[Token]:
    """The names of tests all read alike, known to the training data or not: "labtest"."""
    at = 0
    for name in (name for name in lexicon.find(folded) if not name.short):
        yield from _words(folded, at, name.start)
        yield Token(TEST, name.start, name.end)
        at = name.end
    yield from _words(folded, at, len(folded))


def _words(folded: str, start: int, end: int) -> Iterator[Token]:
    for match in WORD.finditer(folded, start, end):
        token = _token(match)
        if token:
            yield token


def _token(match: re.Match[str]) -> Token | None:
    word = match[0]
    if word[0].isdigit():
        return Token(NUMBER, match.start(), match.end())
    if word[0].isalpha():
        return Token(word.replace("'", ""), match.start(), match.end())
    return Token(word, match.start(), match.end()) if word in MARKS else None
