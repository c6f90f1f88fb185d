"""Pictures as files."""

from io import BytesIO
from typing import Any

from PIL import Image


def png(width: int = 40, height: int = 20, **options: Any) -> bytes:
    """Return a red PNG."""
    return encoded(Image.new("RGB", (width, height), "red"), "PNG", **options)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    written = BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def decoded(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))
