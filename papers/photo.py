"""A photo: opened with care, made upright, grey and even, and read; what is kept of it is drawn anew."""

import io
import warnings

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from papers import tesseract
from papers.limits import most, table
from papers.types import Kind, Unreadable, Word

TILTS = [step / 2 for step in range(-16, 17)]  # degrees: a page held by hand
SMALL = 600  # pixels: enough to see which way lines run


def opened(data: bytes, kind: Kind) -> Image.Image:
    """The picture as it is meant to be seen. Unreadable when it is too large, cut off, or something else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=[kind.upper()])
            if picture.width * picture.height > most("pixels"):
                raise Unreadable("too-large")
            longest = table("size")["longest"]
            picture.draft(None, (longest, longest))  # a large JPEG is decoded small: less time and memory
            picture.load()
            return _on_white(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable("too-large") from None
    except (OSError, ValueError, SyntaxError, EOFError):  # what Pillow's decoders raise
        raise Unreadable("broken") from None


def kept(picture: Image.Image) -> bytes:
    """The picture drawn anew as a JPEG: no place, no camera's name, and nothing hidden behind it."""
    small = picture.copy()
    small.thumbnail((table("size")["kept"],) * 2)
    written = io.BytesIO()
    small.save(written, "JPEG", quality=85, optimize=True)
    return written.getvalue()


def read(picture: Image.Image) -> list[Word]:
    """The words of a picture, whichever way it was held."""
    page = prepared(picture)
    best = tesseract.words(page)
    for turn in (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180):
        if _looks_read(best):
            break
        tried = tesseract.words(page.transpose(turn))
        best = max(best, tried, key=_weight)
    return best


def prepared(picture: Image.Image) -> Image.Image:
    """Grey, of a size whose letters can be read, lit evenly, its lines level."""
    page = _sized(ImageOps.grayscale(picture))
    page = _evenly_lit(page)
    return _level(page)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        whole = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole).convert("RGB")
    return picture.convert("RGB")


def _sized(page: Image.Image) -> Image.Image:
    longest = max(page.size)
    least, greatest = table("size")["shortest"], table("size")["longest"]
    wanted = min(max(longest, least), greatest)
    if wanted == longest:
        return page
    factor = min(wanted / longest, 4.0)
    size = (max(1, round(page.width * factor)), max(1, round(page.height * factor)))
    return page.resize(size, Image.Resampling.LANCZOS)


def _evenly_lit(page: Image.Image) -> Image.Image:
    """Without the shadow of the hand that holds the phone: each spot against the paper around it."""
    around = page.resize((max(1, page.width // 16), max(1, page.height // 16)), Image.Resampling.BOX)
    around = around.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(4)).resize(page.size)
    shadowless = ImageChops.add(page, ImageChops.invert(around))
    return ImageOps.autocontrast(shadowless, cutoff=(1, 1))


def _level(page: Image.Image) -> Image.Image:
    """Turned by the few degrees at which its lines stand out most."""
    small = page.copy()
    small.thumbnail((SMALL, SMALL))
    dark = ImageOps.invert(small)
    tilt = max(TILTS, key=lambda degrees: _stands_out(dark.rotate(degrees)))
    if abs(tilt) < 0.5:
        return page
    return page.rotate(tilt, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def _stands_out(dark: Image.Image) -> float:
    rows = np.asarray(dark, dtype=np.float32).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _weight(words: list[Word]) -> float:
    return sum(word.sure * len(word.text) for word in words if word.sure > 30)


def _looks_read(words: list[Word]) -> bool:
    """Read the right way up: the grain of a table may be taken for letters, but not for words."""
    limits = table("upright")
    certain = sum(len(word.text) for word in words if len(word.text) >= 3 and word.sure >= limits["sure"])
    if certain >= limits["letters"]:
        return True
    letters = sum(len(word.text) for word in words)
    sure = sum(word.sure * len(word.text) for word in words)
    return letters >= 8 and sure / letters >= float(limits["mean"])
