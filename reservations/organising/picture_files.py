"""Decode uploaded pictures and encode them anew, so that only pixels are kept.

Runs in a child process (`slow_work.children`), because files are hostile and large ones take much
memory: at most some 200 MB, for a PNG of MAX_PIXELS_AT_ONCE with transparency. A JPEG is decoded at
a fraction of its size.
"""

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from struct import Struct
from typing import Final

from PIL import Image, ImageOps

from reservations.plans.images import FORMATS, MAX_PIXELS

SMALL: Final = (640, 640)
LARGE: Final = (1600, 1600)
MAX_PIXELS_AT_ONCE: Final = 16_000_000
"""Of a PNG or WebP file, whose pixels are all decoded at once."""

_QUALITY = 82
# Width, height, and the size of the small picture, which is followed by the large one.
_HEAD = Struct("!III")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A picture as WebP in two sizes; width and height are those of the large one, in pixels."""

    small: bytes
    large: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.small + self.large).hexdigest()[:32]


def encoded_file(content: bytes) -> bytes:
    """Return a PNG, JPEG or WebP file encoded anew, for `unpacked`. Raises: ValueError."""
    large = _decoded(content)
    small = large.copy()
    small.thumbnail(SMALL)
    small_file = _as_webp(small)
    return _HEAD.pack(large.width, large.height, len(small_file)) + small_file + _as_webp(large)


def unpacked(answer: bytes) -> Encoded:
    """Return the picture in an answer of `encoded_file`."""
    width, height, size = _HEAD.unpack_from(answer)
    begin = _HEAD.size
    return Encoded(
        small=answer[begin : begin + size], large=answer[begin + size :], width=width, height=height
    )


def _decoded(content: bytes) -> Image.Image:
    """Return the pixels of a file, upright and at most LARGE. Raises: ValueError."""
    try:
        with warnings.catch_warnings():
            # Pillow would warn of what is refused here.
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=FORMATS) as found:
                # Known from the header, before anything is decoded.
                most = MAX_PIXELS if found.format == "JPEG" else MAX_PIXELS_AT_ONCE
                if found.width * found.height > most:
                    raise ValueError("The picture has too many pixels.")
                found.draft("RGB", LARGE)
                has_alpha = "A" in found.getbands() or "transparency" in found.info
                orientation = found.getexif()
                pixels = found.convert("RGBA" if has_alpha else "RGB")
        # Smaller first, so that there are never three of the large one.
        pixels.thumbnail(LARGE)
        pixels.getexif().update(orientation)
        ImageOps.exif_transpose(pixels, in_place=True)
    except (MemoryError, ValueError):
        raise
    # Pillow raises many kinds of errors for broken files.
    except Exception as error:
        raise ValueError("The file is no picture.") from error
    pixels.info.clear()
    return pixels


def _as_webp(pixels: Image.Image) -> bytes:
    written = BytesIO()
    pixels.save(written, "WEBP", quality=_QUALITY)
    return written.getvalue()
