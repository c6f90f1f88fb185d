"""Event streams over HTTP; `test_both_servers` has what they share with sockets."""

import errno
import http.client
import json
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from channels.testing import ApplicationCommunicator

from config.asgi import application
from deploy.ports import free_port
from deploy.server import daphne_arguments
from realtime.daphne import cut_when_unacknowledged
from realtime.limits import HandshakeThrottle
from reservations.models import Event
from tests.event_streams import EventStream, vanish
from tests.factories import make_event, make_user, signed_in
from tests.servers import HOST, Running, daphne, running

CLIENT = "https://tickets.example.org"
PATIENCE_SECONDS = 120
HTTP_TIMEOUT_SECONDS = 1
# Daphne looks for requests that take too long every two seconds.
BEAT_SECONDS = 0.2
BEATS_UNTIL_TIMEOUT = int((HTTP_TIMEOUT_SECONDS + 2) / BEAT_SECONDS) + 2


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[Running]:
    with daphne(SEATCAST_CLIENT_ORIGINS=CLIENT, SEATCAST_BEAT_SECONDS="0.2") as running:
        yield running


@pytest.fixture
def event(transactional_db: None) -> Event:
    return make_event(seats=8)


@contextmanager
def _answered(
    server: Running, event: Event, method: str, **headers: str
) -> Iterator[http.client.HTTPResponse]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection(HOST, server.port, timeout=PATIENCE_SECONDS)) as peer:
        peer.request(method, f"/ws/events/{event.pk}/", headers=named)
        with peer.getresponse() as answer:
            yield answer


def test_proxies_are_told_not_to_buffer_compress_or_store_it(server: Running, event: Event) -> None:
    with EventStream(server.port, f"/ws/events/{event.pk}/") as stream:
        headers = stream.response.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["Cache-Control"] == "no-store, no-transform"
    assert "Content-Encoding" not in headers


def test_a_client_elsewhere_may_send_a_token(server: Running, event: Event) -> None:
    with _answered(
        server,
        event,
        "OPTIONS",
        Origin=CLIENT,
        Access_Control_Request_Method="GET",
        Access_Control_Request_Headers="authorization",
    ) as preflight:
        assert preflight.headers["Access-Control-Allow-Origin"] == CLIENT
        assert "authorization" in preflight.headers["Access-Control-Allow-Headers"]
    with _answered(server, event, "GET", Origin=CLIENT) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == CLIENT


def test_a_page_of_another_site_cannot_read_it(server: Running, event: Event) -> None:
    with _answered(server, event, "GET", Origin="https://evil.example") as answer:
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods_are_refused(server: Running, event: Event, method: str) -> None:
    with _answered(server, event, method) as answer:
        assert answer.status == 405
        assert json.load(answer)["code"] == "method_not_allowed"


def test_a_proxy_that_speaks_http_1_0_gets_events_without_chunks(
    server: Running, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http.client.HTTPConnection, "_http_vsn", 10)
    monkeypatch.setattr(http.client.HTTPConnection, "_http_vsn_str", "HTTP/1.0")
    with EventStream(server.port, f"/ws/events/{event.pk}/") as stream:
        assert "Transfer-Encoding" not in stream.response.headers
        assert [json.loads(stream.recv())["type"] for _ in range(2)] == ["snapshot", "beat"]


def test_a_ticket_opens_a_members_only_event_until_its_session_ends(
    server: Running, event: Event
) -> None:
    Event.objects.update(visibility=Event.Visibility.MEMBERS)
    browser = signed_in(make_user())
    ticket = browser.post("/api/socket-ticket/").json()["ticket"]
    with EventStream(
        server.port, f"/ws/events/{event.pk}/", headers={"Authorization": f"Ticket {ticket}"}
    ) as stream:
        assert json.loads(stream.recv())["type"] == "snapshot"
        browser.post("/api/logout/")
        assert stream.close_code() == 4401


def test_a_client_that_leaves_is_no_longer_counted(server: Running, event: Event) -> None:
    with EventStream(server.port, f"/ws/events/{event.pk}/") as stays:
        with EventStream(server.port, f"/ws/events/{event.pk}/"):
            _until_viewers(stays, 2)
        _until_viewers(stays, 1)


def _until_viewers(stream: EventStream, count: int) -> None:
    while json.loads(stream.recv()).get("viewers") != count:
        pass


def test_what_a_vanished_client_does_not_acknowledge_ends_its_connection() -> None:
    with socket.create_server((HOST, 0)) as listener, closing(socket.socket()) as client:
        client.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with accepted:
            cut_when_unacknowledged(accepted, 0.1)
            vanish(client)
            accepted.sendall(b"beat")
            accepted.settimeout(PATIENCE_SECONDS)
            with pytest.raises(TimeoutError) as cut:
                accepted.recv(1)
    # The kernel's time-out, not that of the test's socket.
    assert cut.value.errno == errno.ETIMEDOUT


@pytest.mark.thorough
def test_a_client_that_vanishes_is_no_longer_counted(server: Running, event: Event) -> None:
    with EventStream(server.port, f"/ws/events/{event.pk}/") as stays:
        connection = socket.create_connection((HOST, server.port), timeout=PATIENCE_SECONDS)
        with EventStream(server.port, f"/ws/events/{event.pk}/", connection=connection):
            _until_viewers(stays, 2)
            vanish(connection)
            _until_viewers(stays, 1)


@pytest.mark.thorough
def test_a_stream_outlives_the_time_limit_of_requests(event: Event) -> None:
    port = free_port()
    arguments = daphne_arguments(host=HOST, port=port)
    arguments[arguments.index("--http-timeout") + 1] = str(HTTP_TIMEOUT_SECONDS)
    command = [sys.executable, "-m", "daphne", *arguments]
    with (
        running("Daphne", command, port, SEATCAST_BEAT_SECONDS=str(BEAT_SECONDS)),
        EventStream(port, f"/ws/events/{event.pk}/") as stream,
    ):
        for _ in range(BEATS_UNTIL_TIMEOUT):
            stream.recv()


async def test_a_network_that_opens_too_many_is_refused_with_4429(
    transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE = 1
    monkeypatch.setattr("realtime.event_streams.handshakes", HandshakeThrottle())
    bodies = [await _first_event(404) for _ in range(2)]
    assert bodies == [b"event: close\ndata: 4404\n\n", b"event: close\ndata: 4429\n\n"]


async def _first_event(event_id: int) -> bytes:
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/ws/events/{event_id}/",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("192.0.2.1", 1),
    }
    client = ApplicationCommunicator(application, scope)
    await client.send_input({"type": "http.request", "body": b""})
    start, opening, event = [await client.receive_output(PATIENCE_SECONDS) for _ in range(3)]
    assert start["status"] == 200
    assert opening["body"].startswith(b"retry:")
    await client.send_input({"type": "http.disconnect"})
    await client.wait(PATIENCE_SECONDS)
    return bytes(event["body"])
