"""Strings that a database, template, shell, parser or log could interpret, in every input."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from channels.testing import WebsocketCommunicator

from accounts.models import User
from config.asgi import application
from reservations.models import Event, Seat
from tests.attacks.strings import INJECTIONS, SIGNS
from tests.conftest import Sample
from tests.contract.calls import CALLS, CALLS_WITH_BODY, Call, few, refusal
from tests.contract.conftest import BoxOffice
from tests.factories import make_event, make_user, signed_in, stranger

pytestmark = pytest.mark.any_database

PATIENCE_SECONDS = 120

_TEXTS = [text for text in INJECTIONS if "\ud800" not in text]
_SCRIPT = "<script>alert(1)</script>"


def _harmless(answer: Any, text: str) -> None:
    """Check that a response follows the contract and contains no trace of an injection."""
    assert answer.status_code < 500, answer.content
    assert answer.headers["Content-Type"] == "application/json", answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sessionid=planted" not in str(answer.cookies)
    assert not any("\n" in value or "\r" in value for value in answer.headers.values())
    # The random request id could contain a sign.
    found = answer.content.decode().replace(text, "").replace(answer.headers["X-Request-ID"], "")
    assert not any(sign in found for sign in SIGNS), found
    if answer.status_code >= 400:
        refusal(answer, answer.status_code, answer.json()["code"])


# `test_formula_injection` has what is in exports.
READS = [
    call for call in CALLS if not (call.is_write or call.is_file) and "/exports/" not in call.path
]


@pytest.mark.parametrize("call", few(READS))
def test_hostile_strings_in_a_query_are_no_server_error(
    call: Call, office: BoxOffice, sample: Sample
) -> None:
    client = office.browser(office.caller(call))
    names = ("q", "since", "layout", "page", "order_by", "status__in", "user__password__startswith")
    for text in sample(_TEXTS, READS.index(call), step=16):
        query = "&".join(f"{name}={quote(text)}" for name in names)
        _harmless(client.get(f"{office.path(call)}?{query}&{quote(text)}=1"), text)


# Headers that determine the response's status are tested one at a time.
HEADERS = [
    ["IDEMPOTENCY_KEY"],
    ["COOKIE"],
    ["AUTHORIZATION"],
    ["X_CSRFTOKEN", "IF_NONE_MATCH", "IF_MODIFIED_SINCE", "ACCEPT_ENCODING", "ACCEPT_LANGUAGE"],
    ["X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_REAL_IP", "FORWARDED"],
    ["X_ORIGINAL_URL", "X_REWRITE_URL", "X_REQUEST_ID", "TRACEPARENT", "USER_AGENT", "REFERER"],
]


@pytest.mark.parametrize("names", HEADERS, ids=lambda names: names[0])
def test_hostile_strings_in_a_header_are_no_server_error(
    names: list[str], office: BoxOffice
) -> None:
    before, client = office.state(), stranger()
    for text in (text for text in _TEXTS if len(text) < 5_000):
        # As WSGI servers pass headers: Latin-1, without line breaks.
        value = text.encode().decode("latin-1").replace("\r", "").replace("\n", "")
        headers: dict[str, Any] = {f"HTTP_{name}": value for name in names}
        _harmless(client.get(f"/api/events/{office.event.pk}/seats/", **headers), value)
        _harmless(client.post(f"/api/events/{office.event.pk}/lock/", {}, **headers), value)
    assert office.state() == before


PATHS = [
    "/api/events/{}/",
    "/api/events/{event}/layouts/{}/",
    "/api/events/{event}/seats/{}/lock/",
    "/api/reservations/{}/",
    "/api/tickets/{}/",
    "/api/{}/",
]


@pytest.mark.parametrize("path", PATHS)
def test_hostile_strings_in_a_path_are_no_server_error(path: str, office: BoxOffice) -> None:
    client = office.browser(office.organiser)
    for text in _TEXTS:
        answer = client.get(path.format(quote(text, safe=""), event=office.event.pk))
        _harmless(answer, text)
        assert answer.status_code == 404


def _texts_in(call: Call) -> list[str]:
    more = ["section", "by", "category"] if call.path.endswith("/best/") else []
    return [name for name in call.body if name not in ("seat_ids", "count")] + more


@pytest.mark.parametrize("call", few(CALLS_WITH_BODY))
def test_hostile_strings_in_a_body_are_no_server_error(
    call: Call, office: BoxOffice, no_hashing: None, subtests: pytest.Subtests, sample: Sample
) -> None:
    before, client = office.state()[:4], office.browser(office.alice)
    for number, field in enumerate(_texts_in(call), start=CALLS_WITH_BODY.index(call)):
        for text in sample(INJECTIONS, number, step=24):
            with subtests.test(field=field, text=text[:40]):
                body = json.dumps({**(office.body(call) or {}), field: text})
                answer = client.post(office.path(call), body, content_type="application/json")
                _harmless(answer, text)
    assert office.state()[:4] == before


@pytest.fixture
def no_hashing(settings: Any) -> None:
    """Use a fast hasher: there are many attempts."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_stored_strings_are_escaped_in_the_admin(db: None) -> None:
    """Organisers choose names freely, and old names were not validated."""
    texts = [text for text in _TEXTS if "\x00" not in text]
    events = [make_event(seats=1, name=text[:200], description=text) for text in texts]
    Seat.objects.update(section=texts[0][:100])
    for number, text in enumerate(texts):
        User.objects.create(username=f"{number}{text}"[:150])
    client: Any = signed_in(make_user("organiser", is_staff=True, is_superuser=True))
    paths = ["event/", f"event/{events[texts.index(_SCRIPT)].pk}/change/", "seat/"]
    for path in (*(f"/admin/reservations/{path}" for path in paths), "/admin/accounts/user/"):
        page = client.get(path).content.decode()
        assert "7919*6029" in page or path.endswith(("change/", "seat/"))
        for sign in ("47743651", "<script>alert", "<img src=x", "<!ENTITY", "root:x:"):
            assert sign not in page
    listed = stranger().get("/api/events/")
    assert {event["name"] for event in listed.json()} == {text[:200] for text in texts}
    assert listed.headers["X-Content-Type-Options"] == "nosniff"


_PLACES = ["query", "path", "cookie", "subprotocol", "agent"]


@pytest.mark.parametrize("place", _PLACES)
async def test_hostile_strings_in_a_handshake_are_no_server_error(
    place: str, event: Event, is_thorough: bool
) -> None:
    first, step = (0, 1) if is_thorough else (_PLACES.index(place), len(_PLACES))
    for text in [text for text in _TEXTS if len(text) < 1_000][first::step]:
        raw = text.encode()
        path, headers, offers = f"/ws/events/{event.pk}/", [(b"host", b"localhost")], []
        if place == "query":
            path += f"?since={quote(text)}&layout={quote(text)}&{quote(text)}"
        elif place == "path":
            path = f"/ws/events/{quote(text, safe='')}/"
        elif place == "subprotocol":
            offers = ["seatcast", f"bearer.{text}"]
        else:
            name = b"user-agent" if place == "agent" else b"cookie"
            headers.append((name, (b"sessionid=" if place == "cookie" else b"") + raw))
        communicator = WebsocketCommunicator(
            application, path, headers=headers, subprotocols=offers
        )
        connected, _ = await communicator.connect(timeout=PATIENCE_SECONDS)
        assert connected
        found = await communicator.receive_output(timeout=PATIENCE_SECONDS)
        if place == "path":
            assert found == {"type": "websocket.close", "code": 4404}
        else:
            assert json.loads(found["text"])["type"] == "snapshot"
        await communicator.disconnect()


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event()
