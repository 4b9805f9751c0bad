"""Fine-tuning, which is not part of a build: what it learns from, and that it learns."""

from itertools import islice
from pathlib import Path

import pytest

from knowledge import finetuning, index
from knowledge.passages import Article

SIZE = 32


def test_a_batch_has_one_question_an_article_so_that_no_right_text_counts_as_wrong(
    articles: list[Article],
) -> None:
    by_stem = {article.stem: article for article in articles}
    for lot in islice(finetuning.batches(articles, SIZE), 100):
        assert len(lot) == SIZE == len({pair.stem for pair in lot})
        for pair in lot:
            texts = {text for _, text in index.entries(by_stem[pair.stem])}
            assert {pair.question, pair.text} <= texts
            assert pair.question != pair.text


def test_every_question_comes_once_a_round(few: list[Article]) -> None:
    ways = sorted(way for article in few for way in (*article.asked_as, *index.asked_otherwise(article.stem)))
    fewest = min(len(article.asked_as) + len(index.asked_otherwise(article.stem)) for article in few)
    asked = [pair.question for lot in islice(finetuning.batches(few, 99), fewest) for pair in lot]
    assert len(asked) == len(set(asked)) == fewest * len(few)
    assert set(asked) <= set(ways)


def test_the_same_batches_twice(articles: list[Article]) -> None:
    one, other = (list(islice(finetuning.batches(articles, SIZE), 20)) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(("step", "share"), [(0, 0.1), (9, 0.91), (10, 0.9), (50, 0.5), (99, 0.01)])
def test_the_rate_goes_up_then_down(step: int, share: float) -> None:
    assert finetuning._rate(step, 100) == pytest.approx(share)


def test_it_learns_and_what_it_learnt_can_be_opened(few: list[Article], tmp_path: Path) -> None:
    question, right = "is my potassium too high", few[1].passages[0].text
    before = finetuning.Torch(finetuning.base()).embed_documents([question, right])
    model = finetuning.train(few, finetuning.base(), steps=4, batch=3)
    assert model.max_seq_length == finetuning.WHOLE_TEXT
    model.save(str(tmp_path / "model"))
    after = finetuning.Torch.open(tmp_path / "model").embed_documents([question, right])
    assert all(sum(x * x for x in vector) == pytest.approx(1, abs=1e-4) for vector in after)
    moved = sum(x * y for x, y in zip(before[0], after[0], strict=True))
    assert moved < 0.9999
