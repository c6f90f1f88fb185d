"""The pictures of events. What is stored was decoded and encoded anew (`picture_files`)."""

from typing import TYPE_CHECKING, Final

from infrastructure.security_log.log import Kind
from infrastructure.slow_work.children import InputRefused, run_in_child
from infrastructure.slow_work.kinds import PICTURE
from infrastructure.slow_work.turns import turn
from reservations.domain.errors import PictureNotFound, PictureRefused
from reservations.models import EventPicture
from reservations.organising.editing import edits

if TYPE_CHECKING:
    from reservations.organising.picture_files import Encoded

MAX_BYTES: Final = 5 * 1024 * 1024


def set_picture(*, event_id: int, editor_id: int | None, content: bytes) -> None:
    """Store an uploaded file as an event's picture.

    Raises: PictureRefused, EventNotFound; what `slow_work` raises.
    """
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


def encode(content: bytes) -> "Encoded":
    """Decode a PNG, JPEG or WebP file, and encode its pixels anew in two sizes.

    Raises: PictureRefused; what `slow_work` raises.
    """
    # Imported with the first picture, because it imports Pillow.
    from reservations.organising.picture_files import unpacked

    if len(content) > MAX_BYTES:
        raise PictureRefused
    try:
        with turn(PICTURE):
            return unpacked(run_in_child(PICTURE, content))
    except InputRefused as error:
        raise PictureRefused from error
