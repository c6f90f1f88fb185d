"""The pictures of events: checked, decoded and encoded anew, so that only pixels are kept.

Pillow is imported when the first picture is uploaded. One picture is decoded at a time in a
process, because a large one takes 160 MB.
"""

import hashlib
import threading
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final

from reservations.domain.errors import PictureNotFound, PictureRefused
from reservations.events.editing import edits
from reservations.models import EventPicture
from reservations.plans.images import FORMATS, MAX_PIXELS
from security_log.log import Kind

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES: Final = 5 * 1024 * 1024
SMALL: Final = (640, 640)
LARGE: Final = (1600, 1600)

_QUALITY = 82

_one_at_a_time = threading.Lock()


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


def set_picture(*, event_id: int, editor_id: int | None, content: bytes) -> None:
    """Store an uploaded file as an event's picture. Raises: PictureRefused, EventNotFound."""
    encoded = encode(content)
    with edits(event_id=event_id, editor_id=editor_id) as edit:
        EventPicture.objects.update_or_create(
            event=edit.event,
            defaults={
                "digest": encoded.digest,
                "width": encoded.width,
                "height": encoded.height,
                "small": encoded.small,
                "large": encoded.large,
            },
        )
        edit.save(Kind.PICTURE_CHANGED)


def remove_picture(*, event_id: int, editor_id: int | None) -> None:
    """Remove an event's picture, if it has one. Raises: EventNotFound."""
    with edits(event_id=event_id, editor_id=editor_id) as edit:
        deleted, _ = EventPicture.objects.filter(event=edit.event).delete()
        if deleted:
            edit.save(Kind.PICTURE_CHANGED, removed=True)


def picture(*, event_id: int, digest: str, is_large: bool) -> tuple[str, bytes]:
    """Return the digest and the bytes of an event's picture; with a digest, only that one.

    Raises: PictureNotFound.
    """
    found = EventPicture.objects.filter(event=event_id)
    if digest:
        found = found.filter(digest=digest)
    row = found.values_list("digest", "large" if is_large else "small").first()
    if row is None:
        raise PictureNotFound
    return row[0], bytes(row[1])


def encode(content: bytes) -> Encoded:
    """Decode a PNG, JPEG or WebP file, and encode its pixels anew in two sizes.

    Raises: PictureRefused.
    """
    if len(content) > MAX_BYTES:
        raise PictureRefused
    with _one_at_a_time:
        large = _decoded(content)
        small = large.copy()
        small.thumbnail(SMALL)
        return Encoded(
            small=_as_webp(small), large=_as_webp(large), width=large.width, height=large.height
        )


def _decoded(content: bytes) -> "Image":
    """Return the pixels of a file, upright and at most LARGE. Raises: PictureRefused."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            # Pillow would warn of what is refused here.
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=FORMATS) as found:
                # Known from the header, before anything is decoded.
                if found.width * found.height > MAX_PIXELS:
                    raise PictureRefused
                found.draft("RGB", LARGE)
                upright = ImageOps.exif_transpose(found)
        has_alpha = "A" in upright.getbands() or "transparency" in upright.info
        pixels = upright.convert("RGBA" if has_alpha else "RGB")
        pixels.thumbnail(LARGE)
    except PictureRefused:
        raise
    # Files are hostile: Pillow raises many kinds of errors for broken ones.
    except Exception as error:
        raise PictureRefused from error
    pixels.info.clear()
    return pixels


def _as_webp(pixels: "Image") -> bytes:
    written = BytesIO()
    pixels.save(written, "WEBP", quality=_QUALITY)
    return written.getvalue()
