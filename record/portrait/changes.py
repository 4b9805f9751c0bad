"""What came in since a viewer last looked."""

from collections.abc import Iterator, Sequence

from record.portrait.parts import Attached, Change, OpenFlag, OpenTask, Quote, ResultLine


def read(
    since: str | None,
    results: Sequence[ResultLine],
    quotes: Sequence[Quote],
    flags: Sequence[OpenFlag],
    tasks: Sequence[OpenTask],
    files: Sequence[Attached],
) -> tuple[Change, ...]:
    """The newest first; nothing is new to who never looked, as all of it is."""
    if since is None:
        return ()
    found = [
        *_results(results, since),
        *_words(quotes, since),
        *(Change("flag", each.code, each.id, each.at, each.seq) for each in once(flags)),
        *(Change("task", each.description, each.id, each.at, each.seq) for each in tasks),
        *(Change("file", each.kind, each.id, each.at, each.seq) for each in files),
    ]
    return tuple(sorted((each for each in found if each.at > since), key=lambda each: each.at, reverse=True))


def once(flags: Sequence[OpenFlag]) -> Sequence[OpenFlag]:
    """Without the screen's "a lab result that needs a call" where the judged result of its message stands."""
    judged = {each.message_id for each in flags if each.code.startswith("result-")}
    return [each for each in flags if each.code != "soon-lab" or each.message_id not in judged]


def _results(lines: Sequence[ResultLine], since: str) -> Iterator[Change]:
    for line in lines:
        said = ", ".join(each for each in (f"{line.name} {line.written}", line.words, line.change) if each)
        yield Change("result", said, line.newest.id, line.newest.at, line.seq)


def _words(quotes: Sequence[Quote], since: str) -> Iterator[Change]:
    """The same words heard as two things are one thing said."""
    seen: set[tuple[str, str]] = set()
    for quote in quotes:
        if (quote.message_id, quote.text) in seen:
            continue
        seen.add((quote.message_id, quote.text))
        kind = "question" if quote.category == "question" else "words"
        yield Change(kind, quote.text, quote.id, quote.at, quote.seq)
