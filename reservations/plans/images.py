"""The size of images that people upload, read from their header: nothing is decoded.

A small file may decode to gigabytes of pixels. Pillow is imported with the first image.
"""

import warnings
from io import BytesIO
from typing import Final

MAX_PIXELS: Final = 40_000_000
FORMATS: Final = ("PNG", "JPEG", "WEBP")


class ImageRefused(ValueError):
    """Says why, in words that follow the image's name."""


def require_image(content: bytes, *, kind: str) -> None:
    """Require an image of a kind of FORMATS with at most MAX_PIXELS. Raises: ImageRefused."""
    from PIL import Image

    too_many = f"must have at most {MAX_PIXELS:,} pixels"
    try:
        with warnings.catch_warnings():
            # Pillow would warn of some that are refused here.
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=(kind,)) as found:
                pixels = found.width * found.height
    except Image.DecompressionBombError as error:
        raise ImageRefused(too_many) from error
    # Files are hostile: Pillow raises many kinds of errors for broken ones.
    except Exception as error:
        raise ImageRefused(f"is not a {kind} image") from error
    if pixels > MAX_PIXELS:
        raise ImageRefused(too_many)
