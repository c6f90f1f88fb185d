"""The built client, served by a single process."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from web.static_files import with_static_files


async def _not_found(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body"})


@pytest.fixture
def site(tmp_path: Path, settings: Settings) -> httpx.AsyncClient:
    """A site with three client files."""
    settings.CLIENT_DIR = tmp_path
    (tmp_path / "assets").mkdir()
    for name in ("sw.js", "offline.html", "assets/index-abc.js"):
        (tmp_path / name).write_text(f"// {name}")
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


async def test_files_with_hashed_names_are_immutable(site: httpx.AsyncClient) -> None:
    answer = await site.get("/assets/index-abc.js")
    assert "immutable" in answer.headers["Cache-Control"]
