"""Uploaded pictures are decoded and encoded anew; what is no picture is refused."""

import struct
import zlib

import pytest
from PIL import Image

from reservations.domain.errors import PictureRefused
from reservations.organising.picture_files import LARGE, MAX_PIXELS_AT_ONCE, SMALL
from reservations.organising.pictures import MAX_BYTES, encode
from tests.reservations.organising.files import decoded, encoded, png

pytestmark = pytest.mark.any_database

_ORIENTATION = 0x0112
_SIDEWAYS = 6


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_webp_in_two_sizes(kind: str) -> None:
    found = encode(encoded(Image.new("RGB", (3200, 1600), "blue"), kind))
    large, small = decoded(found.large), decoded(found.small)
    assert (large.format, small.format) == ("WEBP", "WEBP")
    assert large.size == (found.width, found.height) == (1600, 800)
    assert small.size == (640, 320)
    red, green, blue = large.convert("RGB").getpixel((800, 400))  # type: ignore[misc]
    assert (red < 20, green < 20, blue > 230) == (True, True, True)


def test_a_small_picture_is_not_enlarged() -> None:
    found = encode(png(40, 20))
    assert (found.width, found.height) == (40, 20)
    assert LARGE > SMALL > (40, 20)


def test_metadata_is_dropped_and_the_picture_is_upright() -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = _SIDEWAYS
    exif[0x010E] = "taken at home"
    found = encode(encoded(Image.new("RGB", (60, 30)), "JPEG", exif=exif, comment=b"secret"))
    assert (found.width, found.height) == (30, 60)
    for content in (found.small, found.large):
        assert not decoded(content).getexif()
        assert b"home" not in content
        assert b"secret" not in content


def test_transparent_parts_stay_transparent() -> None:
    found = encode(encoded(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG"))
    assert decoded(found.large).convert("RGBA").getpixel((5, 5)) == (0, 0, 0, 0)


def test_the_same_pixels_have_the_same_digest() -> None:
    assert encode(png()).digest == encode(png(compress_level=0)).digest
    assert encode(png()).digest != encode(png(41)).digest


def _bomb(width: int, height: int) -> bytes:
    """Return a PNG of some hundred bytes whose header claims so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


NO_PICTURES = {
    "nothing": b"",
    "text": b"hello",
    "a script": b"<script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a GIF": encoded(Image.new("P", (4, 4)), "GIF"),
    "a TIFF": encoded(Image.new("RGB", (4, 4)), "TIFF"),
    "a PDF": encoded(Image.new("RGB", (4, 4)), "PDF"),
    "half a PNG": png(300, 300, compress_level=0)[:2_000],
    "half a JPEG": encoded(Image.new("RGB", (300, 300)), "JPEG")[:200],
    "a header alone": png()[:30],
    "a bomb": _bomb(50_000, 50_000),
    "a long bomb": _bomb(2_000_000_000, 1),
    "just too many pixels": _bomb(MAX_PIXELS_AT_ONCE // 4_000 + 1, 4_000),
    "too large a file": png() + b"\0" * MAX_BYTES,
}


@pytest.mark.parametrize("content", NO_PICTURES.values(), ids=NO_PICTURES.keys())
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(PictureRefused):
        encode(content)
