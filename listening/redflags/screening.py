"""One message in, every danger in it out: words, their scope, then rules over what is live."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from listening.embedding import Embedder
from listening.redflags import second
from listening.redflags.numbers import readings
from listening.redflags.opinion import Opinion, hidden_share
from listening.redflags.rules import RuleBook, load
from listening.redflags.scope import SHADES, Shading, compile_cues, shade
from listening.redflags.second import Limits
from listening.redflags.tokens import Sentence, sentences
from listening.redflags.types import LEVELS, Level, RedFlag, Screening, ScreeningRule, Subject

# What is over no longer needs a visit, but a stroke that "went away" is still an emergency.
_HEARD_ANYWAY = {"soon": frozenset[str](), "ask": frozenset({"resolved"})}
_DANGER = frozenset({"resolved"})
_HARSH = ("emergency", "crisis")
_ACCIDENTS = ("hurt-in-a-fall", "hurt-oneself")


@dataclass(frozen=True, slots=True)
class Mention:
    concept: str
    sentence: int
    start: int
    end: int
    shades: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message taken apart: its sentences, how each word is placed, and what is mentioned."""

    text: str
    said: list[Sentence]
    shadings: list[Shading]
    mentions: dict[str, list[Mention]]

    @property
    def concepts(self) -> list[set[str]]:
        return _concepts(len(self.said), self.mentions)


def warm() -> None:
    """Compile the tables now, so that the first patient does not wait for them."""
    load().lexicon.compile()
    compile_cues()


def screen(text: str, *, meaning: Embedder | None = None) -> Screening:
    """Pure, and quick: about a millisecond for a long message, and one look of the model where there is one.

    >>> screen("my chest is tight and my left arm is numb").level
    'emergency'
    >>> screen("no chest pain, just want my numbers").level
    'none'
    """
    book = load()
    heard = _listen(text, book)
    flags, fear = _ruled(heard, book), 0.0
    if heard.said:
        flags, fear = _second(heard, flags, meaning)
    flags.sort(key=lambda flag: -LEVELS.index(flag.level))
    return Screening(flags[0].level if flags else "none", tuple(flags), fear)


def alarmed(text: str) -> bool:
    """Whether a rule raises or asks about danger, without any second opinion."""
    book = load()
    return any(flag.level not in ("none", "soon") for flag in _ruled(_listen(text, book), book))


def hear(text: str) -> tuple[list[Sentence], list[Shading], list[set[str]]]:
    """What the second opinion is given: sentences, their shading, the concepts live in each."""
    heard = _listen(text, load())
    return heard.said, heard.shadings, heard.concepts


def _ruled(heard: _Heard, book: RuleBook) -> list[RedFlag]:
    """What the rules hear; only those of which every group is mentioned are looked at."""
    fired = (
        _fire(rule, heard.mentions, heard.text, heard.said, heard.shadings)
        for rule in book.mentioned(heard.mentions)
    )
    return [flag for flag in fired if flag]


def _listen(text: str, book: RuleBook) -> _Heard:
    said = sentences(text)
    shadings = [shade(sentence) for sentence in said]
    _colour_back(said, shadings)
    return _Heard(text, said, shadings, _mentions(book, said, shadings))


def _concepts(count: int, mentions: dict[str, list[Mention]]) -> list[set[str]]:
    found: list[set[str]] = [set() for _ in range(count)]
    for name, each in mentions.items():
        for mention in each:
            if not mention.shades - {"resolved", "unsure"}:
                found[mention.sentence].add(name)
    return found


def _second(heard: _Heard, flags: list[RedFlag], meaning: Embedder | None) -> tuple[list[RedFlag], float]:
    """What no rule knew but it fears, and how much; where a rule alarms, whether that is in doubt."""
    limits = second.limits(meaning)
    words = sum(len(sentence.tokens) for sentence in heard.said)
    known = {flag.level for flag in flags}
    if not known.isdisjoint(_HARSH):
        return flags if meaning is None else _weighed(heard, flags, meaning, limits), 1.0
    if words < limits.shortest:
        return flags, 0.0
    fears = second.opinions(heard.text, heard.said, heard.shadings, heard.concepts, meaning, limits.look)
    feared = [flag for fear in fears if (flag := _feared(heard, fear, limits, words))]
    worst = max((fear.likelihood for fear in fears if fear.level != "soon"), default=0.0)
    return flags + [flag for flag in feared if flag.level != "soon" or not known], worst


def _weighed(heard: _Heard, flags: list[RedFlag], meaning: Embedder, limits: Limits) -> list[RedFlag]:
    """ "I'm choking on all this paperwork": where only rules of wide words alarm and neither likeness nor
    meaning hears any danger, the direct question is asked first. "I need a longer extension cord": where
    they hear none at all, it is noted for the care team. Nothing is ever dropped here."""
    harsh = [flag for flag in flags if flag.level in _HARSH]
    if not load().weighed.issuperset(flag.rule for flag in harsh) or second.is_foreign(heard.said):
        return flags
    place, likelihood = second.danger(heard.text, heard.said, heard.shadings, heard.concepts, meaning)
    if likelihood >= limits.heeded or not all(place.start <= flag.start < place.stop for flag in harsh):
        return flags
    level: Level = "soon" if likelihood < limits.idle else "ask"
    return [replace(flag, level=level) if flag in harsh else flag for flag in flags]


def _is_accident(heard: _Heard, fear: Opinion) -> bool:
    """ "my daughter fell and hit her head": likeness alone makes no blow of a fall told outright.

    "He says she fell", "she fell again" and "he pushed her and she fell" are no such fall.
    """
    accident = fear.level == "crisis" and any(name in heard.mentions for name in _ACCIDENTS)
    return accident and not second.is_doubted_fall(heard.said)


def _feared(heard: _Heard, fear: Opinion, limits: Limits, words: int) -> RedFlag | None:
    here = slice(fear.first, fear.last + 1)
    placed = hidden_share(heard.said[here], heard.shadings[here]) > limits.placed
    level = _level(fear, limits, words, placed or _is_of_results(fear, limits, heard.said))
    if level is None or (level != "soon" and second.is_harmless(heard.said)):
        return None
    if _is_accident(heard, fear):
        level, fear = "soon", replace(fear, level="soon")
    said = heard.said
    start, end = said[fear.first].tokens[0].start, said[fear.last].tokens[-1].end
    subject: Subject = "other" if any(heard.shadings[fear.first].others) else "patient"
    kind = f"unclear-{fear.level}"
    source = load().kinds[kind]["source"]
    return RedFlag(kind, level, heard.text[start:end], start, end, subject, "second-opinion", source)


def _level(fear: Opinion, limits: Limits, words: int, placed: bool) -> Level | None:
    """A long story is no cry for help by likeness alone, nor are words denied: they are asked about,
    the story only where the likeness is great."""
    if fear.level == "soon":
        return "soon" if fear.likelihood >= limits.soon else None
    certain, short = fear.likelihood >= limits.certain[fear.level], words <= limits.longest
    if not certain and (not short or fear.likelihood < limits.doubtful[fear.level]):
        return None
    return fear.level if certain and short and not placed else "ask"


def _is_of_results(fear: Opinion, limits: Limits, said: list[Sentence]) -> bool:
    """ "ferritin 4, winded on the stairs, is this leukemia": beside numbers, fear alone is asked about."""
    return fear.level == "emergency" and fear.likelihood < limits.results and second.tells_results(said)


def _colour_back(said: list[Sentence], shadings: list[Shading]) -> None:
    """ "i got shot and lost a lot of blood. that was 1991": a short sentence of time dates the one before."""
    for (_, before), (sentence, after) in pairwise(zip(said, shadings, strict=True)):
        short = len(sentence.tokens) <= (10 if sentence.tokens[0].word == "that" else 5)
        if short and not before.present and all("past" in one for one in after.shades):
            before.mark("past", range(len(before.shades)))


def _mentions(book: RuleBook, said: list[Sentence], shadings: list[Shading]) -> dict[str, list[Mention]]:
    found: dict[str, list[Mention]] = defaultdict(list)
    possible = [book.lexicon.possible(sentence) for sentence in said]
    numbers = [list(readings(sentence)) for sentence in said]
    wanted = book.wanted(possible, {concept for each in numbers for concept, _, _ in each})
    for number, (sentence, shading) in enumerate(zip(said, shadings, strict=True)):
        words = book.lexicon.find(sentence, wanted[number])
        for concept, start, end in chain(words, numbers[number]):
            if not shading.masked(start, end):
                found[concept].append(Mention(concept, number, start, end, shading.of(start, end)))
    return found


def _fire(
    rule: ScreeningRule,
    mentions: dict[str, list[Mention]],
    text: str,
    said: list[Sentence],
    shadings: list[Shading],
) -> RedFlag | None:
    through = rule.heard_through | _HEARD_ANYWAY.get(rule.level, _DANGER)
    groups = [
        _live(group, mentions, through | {"past"} if number in rule.standing else through)
        for number, group in enumerate(rule.groups)
    ]
    if not all(groups) or any(mentions.get(name) for name in rule.unless_anywhere):
        return None
    groups = [_unexcused(rule, group, mentions) for group in groups]
    chosen = _together(rule, groups) if all(groups) else []
    if not chosen:
        return None
    doubtful = all("unsure" in mention.shades for mention in chosen)
    level: Level = "ask" if doubtful and rule.level in ("emergency", "crisis") else rule.level
    return _flag(rule, level, chosen, text, said, shadings)


def _live(
    group: tuple[str, ...], mentions: dict[str, list[Mention]], through: frozenset[str]
) -> list[Mention]:
    quiet = frozenset(SHADES) - through - {"unsure"}
    return [mention for name in group for mention in mentions.get(name, ()) if not mention.shades & quiet]


def _unexcused(
    rule: ScreeningRule, group: list[Mention], mentions: dict[str, list[Mention]]
) -> list[Mention]:
    """What harmless words of the same sentence explain is left out; they excuse nothing elsewhere."""
    excused = {mention.sentence for name in rule.unless for mention in mentions.get(name, ())}
    within = [mention for name in rule.unless_within for mention in mentions.get(name, ())]
    if not excused and not within:
        return group
    return [
        mention
        for mention in group
        if mention.sentence not in excused and not any(_begins_within(mention, words) for words in within)
    ]


def _begins_within(mention: Mention, words: Mention) -> bool:
    return mention.sentence == words.sentence and words.start <= mention.start < words.end


def _together(rule: ScreeningRule, groups: list[list[Mention]]) -> list[Mention]:
    """One mention of each group, all within the rule's reach, or nothing."""
    if rule.reach == "message" or len(groups) == 1:
        return [_surest(group) for group in groups]
    for number in sorted({mention.sentence for mention in groups[0]}):
        here = [[mention for mention in group if mention.sentence == number] for group in groups]
        if all(here):
            return [_surest(group) for group in here]
    return []


def _surest(group: Iterable[Mention]) -> Mention:
    return min(group, key=lambda mention: ("unsure" in mention.shades, mention.sentence, mention.start))


def _flag(
    rule: ScreeningRule,
    level: Level,
    chosen: list[Mention],
    text: str,
    said: list[Sentence],
    shadings: list[Shading],
) -> RedFlag:
    first = min(chosen, key=lambda mention: (mention.sentence, mention.start))
    near = [mention for mention in chosen if mention.sentence == first.sentence]
    tokens = said[first.sentence].tokens
    start = tokens[first.start].start
    end = max(tokens[mention.end - 1].end for mention in near)
    others = shadings[first.sentence].others
    subject: Subject = "other" if others and others[0] <= max(mention.end for mention in near) else "patient"
    return RedFlag(rule.kind, level, text[start:end], start, end, subject, rule.name, rule.source)
