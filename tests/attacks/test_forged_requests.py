"""Cross-site requests: writes with a person's cookies, CORS, and WebSockets.

`tests/contract/test_every_call.py` tests that each write needs the CSRF token.
"""

from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.middleware.csrf import get_token
from django.test import RequestFactory

from config.asgi import application
from reservations.models import Event
from tests.attacks.strings import FOREIGN_ORIGINS
from tests.contract.calls import WRITES, refusal, send
from tests.contract.conftest import BoxOffice
from tests.factories import make_event, stranger, with_token

pytestmark = pytest.mark.any_database

OUR_CLIENT = "https://tickets.example.org"


@pytest.fixture(autouse=True)
def client_elsewhere(settings: Any) -> None:
    settings.CLIENT_ORIGINS = settings.CORS_ALLOWED_ORIGINS = [OUR_CLIENT]


@pytest.mark.parametrize("token", ["", "x", "é", "\x00", "x" * 5_000, "0" * 32, "0" * 64])
def test_a_wrong_csrf_token_is_refused(token: str, office: BoxOffice) -> None:
    before, client = office.state(), office.browser(office.alice)
    client.credentials(HTTP_X_CSRFTOKEN=token)
    path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/"
    refusal(client.post(path), 403, "csrf_failed")
    assert office.state() == before


def test_another_sessions_csrf_token_is_refused(office: BoxOffice) -> None:
    before, client = office.state(), office.browser(office.alice)
    client.credentials(HTTP_X_CSRFTOKEN=get_token(RequestFactory().get("/")))
    path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/"
    refusal(client.post(path), 403, "csrf_failed")
    assert office.state() == before


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_page_of_another_site_cannot_lock_a_seat(origin: str, office: BoxOffice) -> None:
    before, client = office.state(), office.browser(office.alice)
    path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/"
    refusal(client.post(path, HTTP_ORIGIN=origin), 403, "csrf_failed")
    assert office.state() == before


_FIRST, *_OTHERS = FOREIGN_ORIGINS


@pytest.mark.parametrize(
    "origin", [_FIRST, *(pytest.param(origin, marks=pytest.mark.thorough) for origin in _OTHERS)]
)
def test_every_write_from_another_origin_is_refused(
    origin: str, office: BoxOffice, subtests: pytest.Subtests
) -> None:
    before = office.state()
    for call in (call for call in WRITES if call.needs_csrf):
        with subtests.test(call=call.name):
            answer = office.send(call, HTTP_ORIGIN=origin)
            refusal(answer, 403, "csrf_failed")
    assert office.state() == before


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ({}, "Over HTTPS a write needs an Origin or a Referer header besides the token."),
        *(
            ({"HTTP_REFERER": page}, "The Referer header names no site that may write here")
            for page in ("", "https://evil.example/", "https://testserver.evil.example")
        ),
        ({"HTTP_ORIGIN": "https://evil.example"}, "The Origin header names no site"),
        ({"HTTP_REFERER": "https://testserver/", "HTTP_X_CSRFTOKEN": ""}, "The CSRF token is"),
    ],
)
def test_over_https_a_write_without_origin_and_referer_is_refused(
    page: dict[str, Any], fault: str, office: BoxOffice
) -> None:
    before, client = office.state(), office.browser(office.alice)
    path = f"/api/events/{office.event.pk}/seats/{office.free}/lock/"
    answer = client.post(path, secure=True, **page)
    assert refusal(answer, 403, "csrf_failed")["error"].startswith(fault)
    assert office.state() == before


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_write_without_a_preflight_changes_nothing(
    content_type: str, office: BoxOffice, subtests: pytest.Subtests
) -> None:
    before, client = office.state(), office.browser(office.alice)
    client.cookies.pop("csrftoken")
    for call in (call for call in WRITES if call.needs_csrf):
        with subtests.test(call=call.name):
            path, data = office.path(call), b'{"seat_ids":[1],"a":"=b"}'
            answer = send(client, "POST", path, data=data, content_type=content_type)
            assert answer.status_code in (400, 403, 405, 415)
            refusal(answer, answer.status_code, answer.json()["code"])
    assert office.state() == before


@pytest.mark.parametrize(
    "headers",
    [{"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"}, {"QUERY_STRING": "_method=DELETE&method=DELETE"}],
)
def test_a_get_request_with_a_method_override_changes_nothing(
    headers: dict[str, Any], office: BoxOffice
) -> None:
    before, client = office.state(), office.browser(office.alice)
    answer = client.get(f"/api/reservations/{office.reservation}/", **headers)
    assert answer.json()["status"] == "confirmed"
    assert office.state() == before


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/logout/", "/admin/reservations/seat/"])
def test_the_admin_refuses_a_forged_form(path: str, office: BoxOffice) -> None:
    before, client = office.state(), office.browser(office.organiser)
    client.credentials(HTTP_X_CSRFTOKEN="0" * 32)
    form = {"action": "block", "_selected_action": str(office.free), "csrfmiddlewaretoken": "x"}
    assert client.post(path, form, format="multipart").status_code == 403
    assert client.get("/api/me/").status_code == 200
    assert office.state() == before


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_cors_allows_other_origins_nothing(origin: str, office: BoxOffice) -> None:
    asks: dict[str, Any] = {
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST",
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "authorization,x-csrftoken,idempotency-key",
    }
    for client in (office.browser(office.alice), with_token(office.alice)):
        for path in ("/api/me/", "/api/csrf/", "/api/reservations/", "/api/nothing/"):
            read = client.get(path, HTTP_ORIGIN=origin)
            asked = client.options(path, HTTP_ORIGIN=origin, **asks)
            for answer in (read, asked):
                assert "Access-Control-Allow-Origin" not in answer.headers
                assert "Access-Control-Allow-Credentials" not in answer.headers


def test_cors_allows_our_client_on_another_host_without_cookies(office: BoxOffice) -> None:
    answer = office.browser(office.alice).get("/api/me/", HTTP_ORIGIN=OUR_CLIENT)
    assert answer.headers["Access-Control-Allow-Origin"] == OUR_CLIENT
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert (
        stranger()
        .get("/admin/login/", HTTP_ORIGIN=OUR_CLIENT)
        .headers.get("Access-Control-Allow-Origin")
        is None
    )


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
async def test_a_page_of_another_site_cannot_open_a_socket(origin: str, event: Event) -> None:
    assert not await _opens_a_socket(event, host="localhost", origin=origin)


async def test_a_socket_with_a_rebound_host_name_is_refused(event: Event) -> None:
    assert await _opens_a_socket(event, host="localhost", origin="http://localhost")
    assert not await _opens_a_socket(event, host="evil.example", origin="http://evil.example")
    assert not await _opens_a_socket(event, host="", origin="http://")


async def _opens_a_socket(event: Event, *, host: str, origin: str) -> bool:
    headers = [(b"host", host.encode()), (b"origin", origin.encode("latin-1"))]
    communicator = WebsocketCommunicator(application, f"/ws/events/{event.pk}/", headers=headers)
    connected, _ = await communicator.connect()
    await communicator.disconnect()
    return bool(connected)


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event()
