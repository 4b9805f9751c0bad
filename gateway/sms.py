"""What a text message can carry: segments, plain punctuation, and cutting a long one."""

import re

# 3GPP TS 23.038, the default alphabet and its extension table (each of the latter counts twice).
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
GSM_ONE, GSM_MANY = 160, 153
UCS2_ONE, UCS2_MANY = 70, 67
LONGEST_BODY = 1600  # what Twilio takes in one message

# One of these turns a whole text into UCS-2 and more than doubles its segments.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("•·‣◦", "-"),
        **dict.fromkeys("\u200b\u2060\ufeff\ufe0f", ""),
        "…": "...",
        "≥": ">=",
        "≤": "<=",
        "×": "x",
        "µ": "u",
        "μ": "u",
        "°": " deg ",
        "½": "1/2",
        "→": "->",
    }
)


def plain(text: str) -> str:
    """The same words in punctuation every phone and the GSM alphabet have."""
    return text.translate(_PLAIN)


def is_gsm(text: str) -> bool:
    return all(char in GSM_BASIC or char in GSM_EXTENDED for char in text)


def segments(text: str) -> int:
    """How many SMS segments a text takes; an extended character is never split over two."""
    if not text:
        return 1
    if is_gsm(text):
        return _count([2 if char in GSM_EXTENDED else 1 for char in text], GSM_ONE, GSM_MANY)
    return _count([len(char.encode("utf-16-le", "surrogatepass")) // 2 for char in text], UCS2_ONE, UCS2_MANY)


def _count(widths: list[int], one: int, many: int) -> int:
    if sum(widths) <= one:
        return 1
    count, used = 1, 0
    for width in widths:
        if used + width > many:
            count, used = count + 1, 0
        used += width
    return count


def cut(text: str, longest: int = LONGEST_BODY) -> list[str]:
    """A long text in pieces a message can hold, cut between paragraphs, sentences or words."""
    pieces = []
    rest = text.strip()
    while len(rest) > longest:
        at = _cut_at(rest, longest)
        pieces.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [*pieces, rest] if rest else pieces


def _cut_at(text: str, longest: int) -> int:
    window = text[: longest + 1]
    for boundary in (r"\n\s*", r"(?<=[.!?])\s+", r"\s+"):
        ends = [match.end() for match in re.finditer(boundary, window) if match.start() <= longest]
        if ends and (end := min(ends[-1], longest)) > longest // 3:
            return end
    return longest
