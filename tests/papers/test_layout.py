"""Words with places become lines; what is not sure is marked where it stands."""

from papers.layout import joined, text_of
from papers.types import Word


def word(text: str, left: float, top: float = 0, sure: float = 95, width: float | None = None) -> Word:
    return Word(text, left, top, 10 * len(text) if width is None else width, 20, sure)


def test_a_row_is_one_line_however_far_apart_its_cells_are() -> None:
    assert (
        text_of([word("5.9", 400), word("Potassium", 0), word("3.5-5.1", 900)])[0]
        == "Potassium  5.9  3.5-5.1\n"
    )


def test_rows_are_kept_apart_though_their_letters_do_not_stand_quite_level() -> None:
    words = [word("Sodium", 0, 0), word("140", 300, 4), word("Potassium", 0, 30), word("5.9", 300, 26)]
    assert text_of(words)[0] == "Sodium  140\nPotassium  5.9\n"


def test_a_number_that_is_not_sure_is_marked() -> None:
    text, doubtful = text_of([word("Sodium", 0), word("14O", 300, sure=40), word("(mmol/L)", 400, sure=40)])
    assert [text[start:end] for start, end in doubtful] == ["14O"]


def test_on_the_edge_of_sure() -> None:
    for sure, marked in ((69.9, 1), (70, 0), (70.1, 0)):
        assert len(text_of([word("140", 0, sure=sure)])[1]) == marked


def test_marks_move_along_with_the_pages_before() -> None:
    pages = [text_of([word("Sodium", 0)]), text_of([word("140", 0, sure=10)])]
    text, [(start, end)] = joined(pages)
    assert text[start:end] == "140"
