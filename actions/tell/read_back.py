"""Here is what I heard: five short lines of their own words, to be set right before anyone reads them."""

from collections.abc import Iterator

from actions.notes.lines import short
from actions.reply import Reply, say
from actions.turn import Turn
from clinical.wording import Sentence
from record.sharing import SHARE
from record.view import Told

OFFERED = "read-back"  # what a yes or a no then means
PARTS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    # line, categories, how many of them
    ("hard", ("loss", "stressor", "barrier", "medicine"), 2),
    ("worry", ("worry",), 1),
    ("matters", ("goal",), 1),
    ("helps", ("strength",), 1),
    ("question", ("question",), 1),
)
MOST = 5
LONGEST = 48  # characters of a quote: five of them are one text to read


def after(turn: Turn, lead: Reply) -> Reply:
    """At the end of the story; with nothing to read back it ends there."""
    chosen = picked(turn)
    if not chosen:
        return ending(turn, lead)
    voice = turn.voice
    lines = [Sentence(voice.line("story", "read_back", "intro"), OFFERED)]
    for place, (name, quote) in enumerate(chosen, 1):
        line = voice.line("story", "read_back", name, quote=f'"{short(quote, LONGEST)}"')
        lines.append(Sentence(f"\n{place}. {line}", OFFERED))
    lines.append(Sentence("\n" + voice.line("story", "read_back", "ask"), OFFERED))
    reply = say(rule=OFFERED)
    said = type(reply.said[0])(tuple(lines))
    ids = [[each.id for each in turn.view.statements if each.quote == quote] for _, quote in chosen]
    return lead.and_then(Reply((said,))).remembering(
        question=None, offered=OFFERED, pending={"what": "lines", "ids": ids}
    )


def picked(turn: Turn) -> list[tuple[str, str]]:
    """(line, quote) of what weighs most, the newest of each kind, this message's own answer among them."""
    told = list(_told(turn))
    chosen: list[tuple[str, str]] = []
    for name, categories, most in PARTS:
        mine = sorted((c for c in told if c[0] in categories), key=lambda c: categories.index(c[0]))
        quotes = dict.fromkeys(quote for _, quote in mine)
        fresh = [quote for quote in quotes if quote not in {each for _, each in chosen}]
        chosen += [(name, quote) for quote in fresh[:most]]
    return chosen[:MOST]


def the_rest(turn: Turn, reply: Reply) -> Reply:
    """A line was set right: whether the others are."""
    pending = turn.slots.get("pending") or {}
    if pending.get("what") != "lines":
        return reply
    last = reply.said[-1]
    line = Sentence(turn.voice.line("story", "read_back", "rest"), OFFERED)
    said = (*reply.said[:-1], type(last)((*last.sentences, line), last.about, last.card))
    return Reply(said, reply.proposals, reply.remember).remembering(offered=OFFERED, pending=pending)


def _told(turn: Turn) -> Iterator[tuple[str, str]]:
    """What they told of themselves, the newest first; a bare yes or no reads as nothing by itself."""
    if turn.question == "ask-team" and len(turn.text.split()) > 1 and turn.intent == "tell":
        yield "question", turn.text
    for each in turn.view.statements:
        if _theirs(each) and len(each.quote.split()) > 1:
            yield each.category, each.quote.strip()


def _theirs(each: Told) -> bool:
    now = each.temporality == "now" or each.category in ("loss", "worry")
    return each.subject == "patient" and each.polarity == "affirmed" and now and each.origin != "inferred"


def answered(turn: Turn, yes: bool) -> Reply:
    """Right: then who may read it. Wrong: which line, and what is true."""
    if not yes:
        line = turn.voice.line("story", "read_back", "wrong")
        return say(line, rule=OFFERED).remembering(offered="change")
    lead = say(turn.voice.line("story", "read_back", "right"), rule=OFFERED)
    return ending(turn, lead.remembering(offered=None, pending=None))


def ending(turn: Turn, lead: Reply) -> Reply:
    """What happens next is said; who may read it is asked where they never said so."""
    view, voice = turn.view, turn.voice
    if (
        view.consent == "active"
        and not view.shared
        and (view.sharing is None or view.sharing.status == "asked")
    ):
        asked = {"kind": "consent", "scope": SHARE, "status": "asked"}
        more = say(voice.line("story", "end", "ask_share"), rule="share").proposing(asked)
        return lead.and_then(more).remembering(question=None, offered="share")
    line = voice.line("story", "end", "shared" if view.shared else "unshared")
    return lead.and_then(say(line, rule="story:done")).remembering(question=None, offered=None)
