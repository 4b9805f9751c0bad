"""The library: exact by key, honest by question, and never answering from an index that is not all there."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge import index
from knowledge.__main__ import main
from knowledge.embedding import MiniLM
from knowledge.errors import ModelUnavailable
from knowledge.library import IndexUnavailable, Library, measured_threshold
from knowledge.passages import SECTIONS, Article


class Unloaded(MiniLM):
    """A model that must not be needed."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))


def test_a_known_test_is_found_by_its_key_without_a_vector(small: Path) -> None:
    library = Library.open(small, Unloaded())
    passages = library.passages("potassium")
    assert tuple(passages) == SECTIONS
    assert passages["High"].analytes == ("potassium",)
    assert passages["High"].sentences[0].endswith(".")
    assert passages["High"].source.startswith("https://")
    assert library.sources("potassium")[0].keys() == {"name", "address"}


def test_one_article_serves_every_analyte_it_names(small: Path) -> None:
    library = Library.open(small, Unloaded())
    assert library.passages("estimated_average_glucose") == library.passages("a1c")


@pytest.mark.parametrize("key", ["unheard-of", "", "Potassium"])
def test_an_unknown_key_has_no_passages(small: Path, key: str) -> None:
    library = Library.open(small, Unloaded())
    assert library.passages(key) == {}
    assert library.sources(key) == []


def test_a_question_finds_the_article_and_says_how_sure(small: Path, model: MiniLM) -> None:
    found = Library.open(small, model).search("What is the test for my three-month sugar?")
    assert found[0].stem == "a1c"
    assert found[0].score is not None
    assert measured_threshold() <= found[0].score <= 1.0
    assert len({passage.stem for passage in found}) == len(found)


@pytest.mark.parametrize("question", ["who won the football game last night", "", "   "])
def test_an_off_topic_or_empty_question_finds_nothing(small: Path, model: MiniLM, question: str) -> None:
    assert Library.open(small, model).search(question) == []


def test_a_very_long_question_is_cut_not_refused(small: Path, model: MiniLM) -> None:
    assert Library.open(small, model).nearest("is my potassium too high " * 2000)[0].stem == "potassium"


def test_the_threshold_decides(small: Path, model: MiniLM) -> None:
    library = Library.open(small, model)
    score = library.nearest("thyroid", 1)[0].score
    assert score is not None
    library.threshold = score
    assert library.search("thyroid", 1)
    library.threshold = score + 0.0001
    assert library.search("thyroid", 1) == []


def test_no_index_is_said_with_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="make build"):
        Library.open(tmp_path / "index")


def damaged(small: Path, tmp_path: Path) -> tuple[Path, Path]:
    copy = tmp_path / "index"
    shutil.copytree(small, copy)
    return copy, index.current(copy)


def test_a_pointer_to_nothing_is_unavailable(small: Path, tmp_path: Path) -> None:
    copy, folder = damaged(small, tmp_path)
    shutil.rmtree(folder)
    with pytest.raises(IndexUnavailable, match="not complete"):
        Library.open(copy)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"passages": []}', '{"passages": [{"stem": "x"}], "texts": 1}']
)
def test_damaged_passages_are_unavailable(small: Path, tmp_path: Path, content: str) -> None:
    copy, folder = damaged(small, tmp_path)
    (folder / index.PASSAGES).write_text(content)
    with pytest.raises(IndexUnavailable, match="cannot be read"):
        Library.open(copy, Unloaded())


def test_an_index_that_may_not_be_written_to_is_read_and_left_as_it_was(small: Path, tmp_path: Path) -> None:
    """As in an image: another user's files, and this process has no right to change them."""
    copy, folder = damaged(small, tmp_path)
    for each in (*folder.rglob("*"), folder):
        each.chmod(0o555)
    before = {each: each.stat().st_mtime_ns for each in (folder, *folder.rglob("*"))}
    script = (
        "import os, sys; from pathlib import Path; from knowledge.embedding import MiniLM;"
        "from knowledge.library import Library; here = Path(sys.argv[1]);"
        "assert not os.access(sys.argv[2], os.W_OK);"
        "print(Library.open(here, MiniLM(Path('models/embedding'))).search('three-month sugar test')[0].stem)"
    )
    spare = tmp_path / "spare"
    spare.mkdir()
    unprivileged = ["unshare", "--user", "--map-user=1000"]  # root itself may write anywhere
    if subprocess.run([*unprivileged, "true"], capture_output=True, check=False).returncode:
        pytest.skip("user namespaces are not allowed here")
    done = subprocess.run(
        [*unprivileged, sys.executable, "-c", script, str(copy), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(spare)},
    )
    assert done.stdout.strip() == "a1c", done.stderr
    assert {each: each.stat().st_mtime_ns for each in before} == before
    assert not list(spare.iterdir()), "the copy goes with its process"


def test_a_truncated_database_is_unavailable(small: Path, tmp_path: Path) -> None:
    copy, folder = damaged(small, tmp_path)
    database = folder / "chroma.sqlite3"
    os.truncate(database, database.stat().st_size // 2)
    with pytest.raises(IndexUnavailable):
        Library.open(copy, Unloaded())


def test_lost_texts_are_noticed_when_the_index_is_opened(small: Path, tmp_path: Path) -> None:
    copy, folder = damaged(small, tmp_path)
    content = json.loads((folder / index.PASSAGES).read_text())
    content["texts"] += 1
    (folder / index.PASSAGES).write_text(json.dumps(content))
    with pytest.raises(IndexUnavailable, match=r"holds \d+ of \d+ texts"):
        Library.open(copy, Unloaded())


def test_a_missing_model_is_said_at_the_first_question(small: Path, tmp_path: Path) -> None:
    library = Library.open(small, MiniLM(tmp_path))
    assert library.passages("tsh")
    with pytest.raises(ModelUnavailable, match="make build"):
        library.search("thyroid")


def test_a_damaged_model_is_said(tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_text("not a model")
    with pytest.raises(ModelUnavailable, match="cannot be"):
        MiniLM(tmp_path).load()


def test_a_new_index_is_switched_to_in_one_step_and_the_old_one_stays_readable(
    few: list[Article], model: MiniLM, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    index.build(few[:1], model, folder, "one")
    before = Library.open(folder, model)
    index.build(few, model, folder, "two")
    assert index.current_name(folder) == "two"
    assert before.search("three-month sugar")[0].stem == "a1c"
    assert Library.open(folder, model).passages("tsh")
    index.build(few[:1], model, folder, "three")
    assert sorted(each.name for each in folder.iterdir() if each.is_dir()) == ["three", "two"]


def test_other_articles_or_another_model_name_another_index(few: list[Article]) -> None:
    name = index.digest(few, "m")
    assert name == index.digest(few, "m")
    assert name not in (index.digest(few[:2], "m"), index.digest(few, "n"))


def test_the_model_gives_vectors_of_length_one_whatever_the_neighbours(model: MiniLM) -> None:
    texts = ["potassium", "a much longer text about how the kidneys hold salts in balance " * 5, "x"]
    together = model.embed_documents(texts)
    for text, vector in zip(texts, together, strict=True):
        alone = model.embed_query(text)
        assert len(alone) == 384
        assert sum(a * b for a, b in zip(alone, vector, strict=True)) == pytest.approx(1.0, abs=1e-5)


def test_the_command_says_what_is_missing_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--models", str(tmp_path), "search", "potassium"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "make build" in error


def test_nothing_is_loaded_at_import() -> None:
    code = "import sys, knowledge.library; print(*(m for m in ('torch', 'onnxruntime') if m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == ""


def test_a_word_nobody_has_written_about_is_not_answered_by_likeness(library: Library) -> None:
    assert library.search("what does the zorblax quotient test show?") == []
    assert library.knows_words_of("what is the test for my three-month sugar?")
