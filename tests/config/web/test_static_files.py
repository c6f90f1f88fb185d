"""The built client, served by a single process."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from config.web.static_files import with_static_files


async def _not_found(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body"})


@pytest.fixture
def site(tmp_path: Path, settings: Settings) -> httpx.AsyncClient:
    """A site with four client files, one of which has compressed copies."""
    settings.CLIENT_DIR = tmp_path
    (tmp_path / "assets").mkdir()
    for name in ("sw.js", "offline.html", "assets/index-abc.js"):
        (tmp_path / name).write_text(f"// {name}")
    (tmp_path / "assets/copied-abc.js").write_text("// assets/copied-abc.js")
    (tmp_path / "assets/copied-abc.js.br").write_text("br copy")
    (tmp_path / "assets/copied-abc.js.gz").write_text("gzip copy")
    transport = httpx.ASGITransport(with_static_files(_not_found))
    return httpx.AsyncClient(transport=transport, base_url="http://site")


@pytest.mark.parametrize("path", ["/sw.js", "/offline.html"])
async def test_files_with_fixed_names_are_revalidated(site: httpx.AsyncClient, path: str) -> None:
    answer = await site.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_the_service_worker_is_served_as_javascript(site: httpx.AsyncClient) -> None:
    answer = await site.get("/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "coding", "body"),
    [
        ("gzip, deflate, br, zstd", "br", b"br copy"),
        ("gzip", "gzip", b"gzip copy"),
        ("identity", None, b"// assets/copied-abc.js"),
    ],
)
async def test_the_builds_compressed_copies_are_sent(
    site: httpx.AsyncClient, accepted: str, coding: str | None, body: bytes
) -> None:
    headers = {"Accept-Encoding": accepted}
    async with site.stream("GET", "/assets/copied-abc.js", headers=headers) as answer:
        assert answer.headers.get("Content-Encoding") == coding
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Type"].startswith("text/javascript")
        assert b"".join([part async for part in answer.aiter_raw()]) == body
    assert (await site.get("/assets/copied-abc.js.br")).status_code == 404


async def test_files_with_hashed_names_are_immutable(site: httpx.AsyncClient) -> None:
    answer = await site.get("/assets/index-abc.js")
    assert "immutable" in answer.headers["Cache-Control"]
