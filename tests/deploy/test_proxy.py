"""The Caddyfile in a real Caddy, in front of servers that echo requests."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from django.test import Client
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

from config.web.security_headers import FILE_HEADERS
from deploy.address import Address
from deploy.paths import VENV_BIN
from deploy.ports import stable_ports
from deploy.process_manager import managed
from deploy.stack_services import CADDYFILE, HOST, ProxyConfig, proxy_service
from deploy.waiting import wait_until
from reservations.domain.errors import Unavailable
from tests.event_streams import EventStream

PAGE = "<title>The client</title>" + " " * 2000
SCRIPT = "console.log('seats');" * 200


@dataclass
class Office:
    """A server that tells what it was asked, after it has hung up on the first `faults` times.

    `status` is that of its answers.
    """

    faults: int = 0
    status: int = 200
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving(office: Office, port: int) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            office.asked.append(f"{self.command} {self.path}")
            if len(office.asked) <= office.faults:
                self.close_connection = True
                return
            received = {"path": self.path, "headers": dict(self.headers), "body": body.decode()}
            answer = json.dumps(received).encode()
            self.send_response(office.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_POST = do_GET  # noqa: N815 - the base class asks for it

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def sockets(name: str, port: int) -> Iterator[None]:
    def greet(connection: ServerConnection) -> None:
        connection.send(name)
        for message in connection:
            connection.send(message)

    with serve(greet, HOST, port) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def event_streams(port: int, goes_on: threading.Event) -> Iterator[None]:
    """Run a server that sends one event, and the next once `goes_on` is set."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b"data: first\n\n")
            goes_on.wait()
            self.wfile.write(b"data: second\n\n")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield
        finally:
            goes_on.set()
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> ProxyConfig:
    folder = tmp_path_factory.mktemp("proxied")
    for name, content in {
        "client/index.html": PAGE,
        "client/favicon.svg": "<svg/>",
        "client/assets/index-abc.js": SCRIPT,
        **{
            f"client/{name}{ending}": content
            for name in ("copied.js", "assets/copied-abc.js")
            for ending, content in {"": SCRIPT, ".br": "br copy", ".gz": "gzip copy"}.items()
        },
        "static/admin/base.css": "body {}",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    port, api, *socket_ports = stable_ports(4)
    return ProxyConfig(
        address=Address(host=HOST, port=port),
        sockets=socket_ports,
        api=[api],
        client_dir=folder / "client",
        static_dir=folder / "static",
        own_dir=folder / "proxy",
        log_format="json",
        access_log="on",
    )


@pytest.fixture(scope="module")
def at(config: ProxyConfig) -> Iterator[httpx.Client]:
    """A client of the proxy."""
    with (
        managed([proxy_service(config, log_file=_log_file(config))]),
        # The proxy waits for servers that are away a little while.
        httpx.Client(
            base_url=f"http://{HOST}:{config.address.port}", trust_env=False, timeout=60
        ) as client,
    ):
        yield client


@pytest.fixture
def office(config: ProxyConfig) -> Iterator[Office]:
    office = Office()
    with serving(office, *config.api):
        yield office


def test_the_file_is_valid_and_well_formed() -> None:
    caddy = str(VENV_BIN / "caddy")
    subprocess.run([caddy, "fmt", "--diff", str(CADDYFILE)], check=True, capture_output=True)


@pytest.mark.parametrize("path", ["/api", "/api/events/?a=b", "/api/no/such/call", "/admin/login/"])
def test_paths_without_a_file_go_to_the_api(at: httpx.Client, office: Office, path: str) -> None:
    assert at.get(path).json()["path"] == path


@pytest.mark.parametrize("path", ["/", "/events/7", "/reservations", "/admins", "/apis"])
def test_every_client_route_serves_the_page(at: httpx.Client, path: str) -> None:
    answer = at.get(path)
    assert answer.text == PAGE
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_assets_are_cached_for_ever(at: httpx.Client) -> None:
    answer = at.get("/assets/index-abc.js")
    assert answer.text == SCRIPT
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/assets/index-old.js", "/static/admin/none.css"])
def test_a_missing_file_is_404_and_not_the_page(at: httpx.Client, path: str) -> None:
    answer = at.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/favicon.svg", "/static/admin/base.css"])
def test_files_without_a_hash_in_their_name_are_revalidated(at: httpx.Client, path: str) -> None:
    answer = at.get(path)
    assert answer.headers["Cache-Control"] == "no-cache"
    again = at.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_text_is_compressed(at: httpx.Client, office: Office, coding: str) -> None:
    long_path = "/api/" + "x" * 1000
    for path in ("/", "/assets/index-abc.js", long_path):
        with at.stream("GET", path, headers={"Accept-Encoding": coding}) as answer:
            assert answer.headers["Content-Encoding"] == coding


@pytest.mark.parametrize("path", ["/copied.js", "/assets/copied-abc.js"])
@pytest.mark.parametrize(("accepted", "coding"), [("gzip, br, zstd", "br"), ("gzip", "gzip")])
def test_the_builds_compressed_copies_are_sent(
    at: httpx.Client, path: str, accepted: str, coding: str
) -> None:
    with at.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        assert answer.headers["Content-Encoding"] == coding
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["Content-Type"].startswith("text/")
        assert b"".join(answer.iter_raw()) == f"{coding} copy".encode()


@pytest.mark.parametrize("path", ["/", "/assets/index-abc.js", "/assets/none", "/api/events/"])
def test_content_type_sniffing_is_off(at: httpx.Client, office: Office, path: str) -> None:
    assert at.get(path).headers.get_list("X-Content-Type-Options") == ["nosniff"]


def test_the_page_has_djangos_security_headers(at: httpx.Client, client: Client) -> None:
    of_django, of_the_proxy = client.get("/").headers, at.get("/").headers
    for name in FILE_HEADERS:
        assert of_the_proxy[name] == of_django[name]


def test_a_client_cannot_forge_its_address(at: httpx.Client, office: Office) -> None:
    claims = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    headers = at.get("/api/me/", headers=claims).json()["headers"]
    assert headers["X-Forwarded-For"] == HOST
    assert headers["X-Forwarded-Proto"] == "http"


def test_every_request_gets_an_id_that_clients_cannot_choose(
    at: httpx.Client, office: Office
) -> None:
    chosen = str(UUID(int=0))
    answer = at.get("/api/me/", headers={"X-Request-ID": chosen})
    number = answer.headers["X-Request-ID"]
    assert answer.json()["headers"]["X-Request-Id"] == str(UUID(number)) != chosen
    assert UUID(at.get("/").headers["X-Request-ID"])


def test_sockets_are_balanced_over_their_servers(at: httpx.Client, config: ProxyConfig) -> None:
    with ExitStack() as stack:
        for port in config.sockets:
            stack.enter_context(sockets(f"server {port}", port))
        url = f"ws://{HOST}:{config.address.port}/ws/events/1/?since=4"
        viewers = [stack.enter_context(connect(url)) for _ in range(4)]
        greeted = [viewer.recv() for viewer in viewers]
        for viewer in viewers:
            viewer.send("seen")
            assert viewer.recv() == "seen"
    assert sorted(greeted) == sorted(2 * [f"server {port}" for port in config.sockets])


def test_each_event_of_a_stream_passes_at_once_and_uncompressed(
    at: httpx.Client, config: ProxyConfig
) -> None:
    goes_on = threading.Event()
    with (
        event_streams(config.sockets[0], goes_on),
        EventStream(
            config.address.port, "/ws/events/1/", headers={"Accept-Encoding": "gzip, zstd"}
        ) as stream,
    ):
        assert stream.recv() == "first"
        goes_on.set()
        assert stream.recv() == "second"
        assert "Content-Encoding" not in stream.response.headers


def test_unreachable_servers_give_an_error_in_the_apis_format(at: httpx.Client) -> None:
    with ThreadPoolExecutor() as pool:
        paths = ["/api/events/", "/ws/events/1/", "/readyz", "/admin/"]
        api, socket, probe, admin = pool.map(at.get, paths)
    for answer in (api, socket, probe):
        number = answer.headers["X-Request-ID"]
        sentence, code = Unavailable.default_sentence, Unavailable.code
        assert answer.json() == {"error": sentence, "code": code, "request_id": number}
        assert answer.headers["Content-Type"] == "application/json"
    assert admin.text == Unavailable.default_sentence
    for answer in (api, socket, probe, admin):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/metrics/", "/healthz/", "/readyz/"])
def test_internal_endpoints_are_not_proxied(at: httpx.Client, office: Office, path: str) -> None:
    answer = at.get(path)
    number = answer.headers["X-Request-ID"]
    assert answer.status_code == 404
    assert answer.json() == {
        "error": "There is nothing here.",
        "code": "not_found",
        "request_id": number,
    }
    assert office.asked == []


def test_the_site_is_ready_when_a_server_of_each_kind_is(
    at: httpx.Client, config: ProxyConfig, office: Office
) -> None:
    with ExitStack() as stack:
        for port in config.sockets:
            stack.enter_context(serving(Office(), port))
        answer = at.get("/readyz")
        assert (answer.status_code, answer.text) == (200, '{"ready":true}')
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
        # Sent with anything, it is asked of the servers as any other.
        assert at.post("/readyz", content=b"x" * 100).status_code == 200
        office.status = 503
        unready = at.get("/readyz")
    assert office.asked == ["GET /readyz"] * 3
    assert unready.status_code == 503
    assert unready.json()["code"] == Unavailable.code
    assert unready.headers["Retry-After"] == "2"


def test_a_request_waits_while_the_server_restarts(at: httpx.Client, config: ProxyConfig) -> None:
    with ThreadPoolExecutor() as pool:
        click = pool.submit(at.post, "/api/events/1/lock/", json={"seat_ids": [1]})
        with serving(Office(), *config.api):
            assert click.result().json()["body"] == '{"seat_ids":[1]}'


@pytest.mark.parametrize(
    ("method", "headers", "tries"),
    [
        ("GET", {}, 2),
        ("POST", {"Idempotency-Key": "once"}, 2),
        ("POST", {}, 1),
    ],
    ids=["what only reads", "what has a key", "anything else"],
)
def test_only_safe_requests_are_retried_after_a_server_dies(
    at: httpx.Client, office: Office, method: str, headers: dict[str, str], tries: int
) -> None:
    office.faults = 1
    answer = at.request(method, "/api/events/1/lock/", headers=headers, content=b"{}")
    assert office.asked == [f"{method} /api/events/1/lock/"] * tries
    assert answer.status_code == (200 if tries == 2 else 503)
    assert tries == 1 or answer.json()["body"] == "{}"


@pytest.mark.parametrize(
    ("path", "length"),
    [
        ("/api/login/", 1_000_000),
        ("/api/plans/1/versions", 22_000_000),
        ("/api/organisations/1/plans/", 50_000_000),
        ("/api/organisations/1/", 1_000_000),
    ],
)
def test_a_large_body_is_refused_before_it_is_read_completely(
    path: str, length: int, at: httpx.Client, config: ProxyConfig, office: Office
) -> None:
    request = HTTPConnection(HOST, config.address.port, timeout=60)
    with closing(request):
        request.putrequest("POST", path)
        request.putheader("Content-Length", str(length))
        request.endheaders(b"x" * 300_000)
        answer = request.getresponse()
        assert answer.status == 413
        assert json.load(answer)["code"] == "malformed"
    assert office.asked == []


@pytest.mark.parametrize("path", ["/api/plans/1/draft/", "/api/organisations/1/plans/"])
def test_a_seating_plan_may_be_large(path: str, at: httpx.Client, office: Office) -> None:
    answer = at.post(path, content=b"x" * 20 * 1024 * 1024)
    assert answer.status_code == 200


def test_a_long_header_is_refused_in_the_apis_format(
    at: httpx.Client, config: ProxyConfig, office: Office
) -> None:
    # Sockets' servers would hang up on it; the API's refuse it themselves, and so must get it.
    long_cookie = {"Cookie": f"a={'b' * 9_000}"}
    refused = at.get("/ws/events/1/", headers=long_cookie)
    assert refused.status_code == 431
    assert refused.json()["code"] == "malformed"
    assert refused.json()["request_id"] == refused.headers["X-Request-ID"]
    passed_on = at.get("/api/me/", headers={"X-Anything": "x" * 40_000}).json()
    assert len(passed_on["headers"]["X-Anything"]) == 40_000
    # Nothing of a client's own makes servers look unready.
    with ExitStack() as stack:
        for port in config.sockets:
            stack.enter_context(serving(Office(), port))
        assert at.get("/readyz", headers=long_cookie).status_code == 200


def test_the_log_has_request_ids_and_no_secrets(
    at: httpx.Client, config: ProxyConfig, office: Office
) -> None:
    headers = {"Cookie": "sessionid=s3cret", "Authorization": "s3cret", "X-CSRFToken": "s3cret"}
    numbers = {
        at.get("/api/tickets/7-s3cret/?a=b", headers=headers).headers["X-Request-ID"],
        at.get("/api/events/").headers["X-Request-ID"],
    }
    assert wait_until(lambda: numbers <= set(_logged(config)), seconds=60)
    log = _log_file(config).read_text()
    assert "s3cret" not in log
    assert '"uri":"/api/tickets/…/?a=b"' in log


def test_the_proxys_files_are_in_its_folder(at: httpx.Client, config: ProxyConfig) -> None:
    assert config.own_dir.stat().st_mode & 0o077 == 0
    assert list(config.own_dir.iterdir())


def _log_file(config: ProxyConfig) -> Path:
    return config.own_dir.with_name("proxy.log")


def _logged(config: ProxyConfig) -> list[str]:
    """Return which requests are in the access log."""
    return re.findall(r'"request_id":"([^"]+)"', _log_file(config).read_text())
