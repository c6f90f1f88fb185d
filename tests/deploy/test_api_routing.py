"""Which API server the proxy sends a request to, with SEATCAST_API_ROUTING."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import httpx
import pytest

from deploy.address import Address
from deploy.ports import stable_ports
from deploy.process_manager import managed
from deploy.stack_services import HOST, ProxyConfig, proxy_service
from deploy.waiting import wait_until
from tests.deploy.test_proxy import Office, serving

SERVERS = 3
EVENTS = range(1, 31)
COMMANDS = ("seats/5/lock/", "lock/", "reserve/", "areas/floor/lock/")

Offices = dict[int, Office]
Running = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture(scope="module")
def ports() -> list[int]:
    return stable_ports(SERVERS)


@pytest.fixture
def offices(ports: list[int]) -> Iterator[Offices]:
    """All servers, by their ports."""
    with ExitStack() as stack:
        found = {port: Office() for port in ports}
        for port, office in found.items():
            stack.enter_context(serving(office, port))
        yield found


@pytest.fixture(scope="module")
def running(ports: list[int], tmp_path_factory: pytest.TempPathFactory) -> Running:
    """A function that runs a proxy with a way of routing."""

    @contextmanager
    def run(api_routing: str, health_checks: str = "no_health_checks") -> Iterator[httpx.Client]:
        folder = tmp_path_factory.mktemp("routed")
        port, unused = stable_ports(2)
        config = ProxyConfig(
            address=Address(host=HOST, port=port),
            sockets=[unused],
            api=ports,
            client_dir=folder,
            static_dir=folder,
            own_dir=folder / "proxy",
            api_routing=api_routing,
            health_checks=health_checks,
        )
        with (
            managed([proxy_service(config, log_file=folder / "proxy.log")]),
            httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False, timeout=60) as client,
        ):
            yield client

    return run


@pytest.fixture(scope="module")
def by_event(running: Running) -> Iterator[httpx.Client]:
    with running("by_event") as client:
        yield client


def _click(at: httpx.Client, event: int, command: str = COMMANDS[0]) -> httpx.Response:
    answer = at.post(f"/api/events/{event}/{command}", content=b"{}")
    assert answer.status_code == 200
    return answer


def _servers_of(offices: Offices, event: int) -> Counter[int]:
    """Return how many commands on an event each server has got."""
    start = f"POST /api/events/{event}/"
    counts = {
        port: sum(each.startswith(start) for each in office.asked)
        for port, office in offices.items()
    }
    return +Counter(counts)


def test_all_commands_on_an_event_go_to_one_server(
    by_event: httpx.Client, offices: Offices
) -> None:
    for command in (*COMMANDS, *COMMANDS):
        _click(by_event, 7, command)
    assert list(_servers_of(offices, 7).values()) == [2 * len(COMMANDS)]


def test_without_it_the_commands_on_an_event_go_to_all_servers(
    running: Running, offices: Offices
) -> None:
    with running("by_turns") as at:
        for _ in range(2 * SERVERS):
            _click(at, 7)
    assert list(_servers_of(offices, 7).values()) == [2] * SERVERS


def test_two_proxies_choose_the_same_server_and_events_are_spread(
    by_event: httpx.Client, running: Running, offices: Offices
) -> None:
    with running("by_event") as another:
        for event in EVENTS:
            _click(by_event, event)
            _click(another, event)
    servers = [_servers_of(offices, event) for event in EVENTS]
    assert all(list(found.values()) == [2] for found in servers)
    assert {port for found in servers for port in found} == set(offices)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/events/7/seats/"),
        ("POST", "/api/reservations/7/cancel/"),
        ("POST", "/api/events/"),
    ],
)
def test_everything_else_goes_to_all_servers_in_turn(
    by_event: httpx.Client, offices: Offices, method: str, path: str
) -> None:
    for _ in range(2 * SERVERS):
        # Not what a client says decides.
        by_event.request(method, path, headers={"X-Seatcast-Event": "7"})
    assert [len(office.asked) for office in offices.values()] == [2] * SERVERS


def test_servers_are_not_told_how_they_were_chosen(
    by_event: httpx.Client, offices: Offices
) -> None:
    assert "X-Seatcast-Event" not in _click(by_event, 7).json()["headers"]


def test_commands_go_to_the_other_servers_while_one_is_gone_and_return_with_it(
    by_event: httpx.Client, ports: list[int]
) -> None:
    everybody, without_one = ({port: Office() for port in ports} for _ in range(2))
    with _serving(everybody, ports):
        for event in EVENTS:
            _click(by_event, event)
    chosen = {event: next(iter(_servers_of(everybody, event))) for event in EVENTS}
    gone = chosen[EVENTS[0]]
    with _serving(without_one, [port for port in ports if port != gone]):
        for event in EVENTS:
            _click(by_event, event)
    for event in EVENTS:
        [moved_to] = _servers_of(without_one, event)
        assert moved_to != gone
        assert chosen[event] in (gone, moved_to)
    again = {port: Office() for port in ports}
    with _serving(again, ports):
        _click(by_event, EVENTS[0])
    assert list(_servers_of(again, EVENTS[0])) == [gone]


def test_commands_leave_a_server_that_is_not_ready_and_others_stay(
    running: Running, offices: Offices
) -> None:
    with running("by_event", "server_health_checks") as at:
        for event in EVENTS:
            _click(at, event)
        chosen = {event: next(iter(_servers_of(offices, event))) for event in EVENTS}
        unready = chosen[EVENTS[0]]
        offices[unready].status = 503
        path = f"/api/events/{EVENTS[0]}/lock/"
        assert wait_until(lambda: at.post(path, content=b"{}").status_code == 200, seconds=60)
        for office in offices.values():
            office.asked.clear()
        for event in EVENTS:
            _click(at, event)
    for event in EVENTS:
        [server] = _servers_of(offices, event)
        assert server != unready
        assert chosen[event] in (unready, server)


@pytest.mark.parametrize(("headers", "tries"), [({"Idempotency-Key": "once"}, 2), ({}, 1)])
def test_only_commands_with_a_key_are_sent_again(
    by_event: httpx.Client, offices: Offices, headers: dict[str, str], tries: int
) -> None:
    _click(by_event, 7)
    [chosen] = _servers_of(offices, 7)
    offices[chosen].faults = 2
    answer = by_event.post("/api/events/7/lock/", headers=headers, content=b"{}")
    asked = [each for office in offices.values() for each in office.asked]
    assert asked.count("POST /api/events/7/lock/") == tries
    assert answer.status_code == (200 if tries == 2 else 503)


@contextmanager
def _serving(offices: Offices, ports: list[int]) -> Iterator[None]:
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(serving(offices[port], port))
        yield
