"""Open redirects. `formats.test.ts` tests those of the client."""

import pytest

from tests.contract.calls import CALLS
from tests.contract.conftest import BoxOffice
from tests.factories import PASSWORD, make_user, signed_in, stranger

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "\t//evil.example/",
    "\x00//evil.example/",
    "https:evil.example",
    "https:///evil.example/",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "//testserver\\@evil.example/",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "ftp://testserver/",
    "/admin/\r\nLocation: https://evil.example/",
    "https://evil.example/%2f..",
]

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def _is_ours(location: str) -> bool:
    return location.startswith("/") and location[1:2] not in ("/", "\\") and location.isprintable()


@pytest.mark.parametrize("next_page", ELSEWHERE)
def test_the_admin_sign_in_redirects_to_this_site_only(next_page: str) -> None:
    organiser = make_user("organiser", password=PASSWORD, is_staff=True, is_superuser=True)
    form = {"username": "organiser", "password": PASSWORD, "next": next_page}
    for client in (stranger(), signed_in(organiser)):
        answer = client.post("/admin/login/", form, format="multipart")
        assert answer.status_code == 302
        assert _is_ours(answer.headers["Location"]), answer.headers["Location"]
    for path in ("/admin/login/", "/admin/logout/"):
        answer = signed_in(organiser).get(path, {"next": next_page})
        assert _is_ours(answer.headers.get("Location", "/")), answer.headers["Location"]


@pytest.mark.parametrize(
    "path", ["//evil.example/..", "//evil.example/admin", "/admin//evil", "/%5Cevil"]
)
def test_a_corrected_path_redirects_to_this_site_only(path: str) -> None:
    for wanted in (path, f"/admin/reservations/event?next={path}", f"/admin/r/{path}"):
        answer = stranger().get(wanted)
        assert _is_ours(answer.headers.get("Location", "/")), answer.headers["Location"]


def test_no_response_contains_the_request_host(office: BoxOffice) -> None:
    claims = {"HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_X_FORWARDED_SERVER": "evil.example"}
    client = office.browser(office.organiser)
    for path in ("/admin", "/admin/", "/api/docs/", "/api/schema/", "/api/events", "/api/me/"):
        answer = client.get(path, **claims)  # type: ignore[arg-type]
        assert b"evil.example" not in answer.content
        assert "evil.example" not in str(answer.headers)


def test_no_api_call_redirects(office: BoxOffice) -> None:
    for call in CALLS:
        for path in (office.path(call), office.path(call).rstrip("/")):
            answer = stranger().get(
                path, {"next": "https://evil.example/", "url": "//evil.example"}
            )
            assert "Location" not in answer.headers
