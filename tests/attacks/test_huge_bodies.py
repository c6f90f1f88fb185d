"""Bodies that are small to send and expensive to parse.

`tests/contract/test_every_call.py` sends malformed bodies to each call.
"""

import gzip
import json
import tracemalloc
from typing import Any

import pytest
from django.conf import settings

from config.web.parsers import MAX_BODY_BYTES
from tests.contract.calls import refusal, send
from tests.contract.conftest import BoxOffice
from tests.factories import stranger

pytestmark = pytest.mark.any_database

MULTIPART = "multipart/form-data; boundary=x"
_PART = b'--x\r\nContent-Disposition: form-data; name="%s"; filename="f"\r\n\r\n%s\r\n'
_ROOM = MAX_BODY_BYTES - 1_000


def _filled(pattern: bytes, opening: bytes, closing: bytes) -> bytes:
    """Repeat a pattern up to the largest body."""
    return opening + pattern * (_ROOM // len(pattern)) + closing


WITHIN_THE_LIMIT: dict[str, bytes] = {
    "deep lists": _filled(b"[", b'{"seat_ids":', b"") + b"]" * 10,
    "lists as deep as can be read": b'{"seat_ids":' + b"[" * 900 + b"]" * 900 + b"}",
    "objects as deep as can be read": b'{"seat_ids":' + b'{"a":' * 900 + b"1" + b"}" * 901,
    "one name again and again": _filled(b'"seat_ids":[0],', b"{", b'"seat_ids":[]}'),
    "thousands of names": b"{%s}" % b",".join(b'"%d":0' % number for number in range(7_000)),
    "thousands of ids": _filled(b"0,", b'{"seat_ids":[', b"0]}"),
    "a thousand long numbers": _filled(b"9" * 4_000 + b",", b'{"seat_ids":[', b"0]}"),
    "escapes": _filled(b"\\u0041", b'{"seat_ids":"', b'"}'),
    "one long word": _filled(b"A", b'{"seat_ids":"', b'"}'),
    "blanks": _filled(b" ", b'{"seat_ids":', b"[]}"),
}


@pytest.mark.parametrize("name", WITHIN_THE_LIMIT)
def test_a_body_just_below_the_limit_takes_little_memory(name: str, office: BoxOffice) -> None:
    before, client = office.state(), office.browser(office.alice)
    path = f"/api/events/{office.event.pk}/lock/"
    tracemalloc.start()
    try:
        answer = send(client, "POST", path, data=WITHIN_THE_LIMIT[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.json()["code"] in ("invalid", "malformed")
    refusal(answer, 400, answer.json()["code"])
    assert len(answer.content) < 10 * MAX_BODY_BYTES
    assert peak < 32 * 1024 * 1024
    assert office.state() == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"[" * 10_000_000),
        ("application/json", b'{"username":"' + b"a" * 2_000_000 + b'"}'),
        ("application/x-www-form-urlencoded", b"username=" + b"%41" * 1_000_000),
        ("application/x-www-form-urlencoded", b"a&" * 1_000_000),
        (MULTIPART, _PART % (b"username", b"a" * 2_000_000) + b"--x--\r\n"),
        (MULTIPART, _PART % (b"n" * 100_000, b"a") + b"--x--\r\n"),
        (MULTIPART, b"".join(_PART % (b"%d" % number, b"") for number in range(5_000)) + b"--x--"),
        ("multipart/form-data; boundary=" + "x" * 5_000, b"--x--"),
        ("multipart/form-data; boundary=x; charset=" + "a;" * 5_000, b"--x--"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else str(len(value)),
)
def test_an_oversized_body_is_refused(content_type: str, body: bytes, db: None) -> None:
    for path in ("/api/login/", "/api/token/", "/api/register/"):
        answer = send(stranger(), "POST", path, data=body, content_type=content_type)
        assert answer.json()["code"] in ("malformed", "invalid", "unsupported_media_type")
        refusal(answer, answer.status_code, answer.json()["code"])
        assert 400 <= answer.status_code < 500
        assert len(answer.content) < len(content_type) + 1_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_a_compressed_body_is_not_decompressed(encoding: str, office: BoxOffice) -> None:
    packed: Any = gzip.compress(json.dumps({"seat_ids": [office.free] * 100_000}).encode())
    headers = {"HTTP_CONTENT_ENCODING": encoding}
    client, path = office.browser(office.alice), f"/api/events/{office.event.pk}/lock/"
    refusal(send(client, "POST", path, data=packed, **headers), 400, "malformed")


def test_the_admin_refuses_an_oversized_form(office: BoxOffice) -> None:
    before, client = office.state(), office.browser(office.organiser)
    for form in ({"name": "x" * 3_000_000}, {str(n): "" for n in range(5_000)}):
        answer = client.post("/admin/auth/group/add/", form, format="multipart")
        assert answer.status_code in (400, 403)
    assert office.state() == before
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= 256 * 1024
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS <= 1_000
    assert settings.DATA_UPLOAD_MAX_NUMBER_FILES <= 100
