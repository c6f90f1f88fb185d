"""Limits on sign-in attempts and on API requests."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError
from pytest_django import Settings
from rest_framework.exceptions import Throttled
from rest_framework.settings import api_settings
from rest_framework.test import APIClient, APIRequestFactory

from accounts import client_ip, known_devices, login_throttle, throttles
from accounts.models import User
from accounts.throttles import AddressThrottle, ApiThrottle
from infrastructure import shared_cache
from tests.concurrent_commands import at_once
from tests.contract.calls import refusal
from tests.factories import PASSWORD, make_event, make_user, signed_in, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WRONG = "not-the-password"
HOURLY, DAILY = (most for most, _ in login_throttle.CEILINGS)
AWAY = {
    "default": {
        "BACKEND": "infrastructure.shared_cache.backends.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


@pytest.fixture
def alice() -> User:
    # A unique name, because counts in Redis outlive a test.
    return make_user(f"alice{time.time_ns()}", password=PASSWORD)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that moves the clock forward by seconds."""
    gone, now = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: now() + gone[0])

    def pass_by(seconds: float) -> None:
        gone[0] += seconds

    return pass_by


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found: dict[str, Any] = dict(api_settings.DEFAULT_THROTTLE_RATES)
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", found)
    return found


def _try(
    name: str, password: str = WRONG, *, client: APIClient | None = None, path: str = "/api/login/"
) -> Any:
    return (client or stranger()).post(path, {"username": name, "password": password})


def _codes(tries: list[Any]) -> list[int]:
    return [answer.status_code for answer in tries]


def _at(address: str) -> Any:
    return APIRequestFactory().get("/", REMOTE_ADDR=address)


def _wrong(address: str, name: str) -> None:
    with login_throttle.attempt(_at(address), name):
        pass


def _right(address: str, name: str) -> None:
    with login_throttle.attempt(_at(address), name) as attempt:
        attempt.is_correct = True


@pytest.mark.parametrize("path", ["/api/login/", "/api/token/"])
def test_after_five_wrong_passwords_attempts_are_refused_for_a_minute(
    path: str, alice: User
) -> None:
    client = stranger()
    answers = [_try(alice.username, client=client, path=path) for _ in range(6)]
    assert _codes(answers) == [401] * 5 + [429]
    refusal(answers[-1], 429, "throttled")
    assert 55 <= int(answers[-1].headers["Retry-After"]) <= 61
    # A correct password is refused in the same way.
    refusal(_try(alice.username, PASSWORD, client=client, path=path), 429, "throttled")


def test_one_attempt_is_allowed_each_minute(alice: User, later: Callable[[float], None]) -> None:
    client = stranger()
    for _ in range(6):
        _try(alice.username, client=client)
    later(61)
    pair = f"{client.defaults['REMOTE_ADDR']} {alice.username}"
    shared_cache.call_or_local("delete", f"pause-pair-{login_throttle._digest(pair)}")
    assert _codes([_try(alice.username, client=client) for _ in range(2)]) == [401, 429]


def test_a_correct_password_clears_the_wrong_ones(alice: User) -> None:
    client = stranger()
    for _ in range(2):
        for _ in range(4):
            _try(alice.username, client=client)
        assert _try(alice.username, PASSWORD, client=client).status_code == 200


def test_attempts_by_session_and_token_count_together(alice: User) -> None:
    client = stranger()
    client.force_login(alice)
    body = {"old_password": WRONG, "password": "another-long-word"}
    answers = [
        _try(alice.username, client=client),
        _try(alice.username.upper(), client=client, path="/api/token/"),
        *(client.post("/api/password/change/", body) for _ in range(4)),
    ]
    assert _codes(answers) == [401, 401, 400, 400, 400, 429]


def test_attempts_in_the_admin_count(alice: User) -> None:
    alice.is_staff = True
    alice.save()
    client = APIClient(REMOTE_ADDR="10.255.1.1")
    for _ in range(5):
        page = client.post("/admin/login/", {"username": alice.username, "password": WRONG})
        assert b"Too many tries" not in page.content
    page = client.post("/admin/login/", {"username": alice.username, "password": PASSWORD})
    assert b"Too many tries. Try again in" in page.content


def test_wrong_guesses_from_another_network_do_not_lock_out_the_owner(alice: User) -> None:
    at_home = stranger()
    assert _try(alice.username, PASSWORD, client=at_home).status_code == 200
    for number in range(100):
        try:
            _wrong(f"10.254.0.{number}", alice.username)
        except Throttled:
            continue
    assert _try(alice.username, PASSWORD, client=at_home).status_code == 200


def test_above_the_ceiling_an_unknown_device_gets_the_time_to_wait(
    alice: User, later: Callable[[float], None]
) -> None:
    later(3600 - time.time() % 3600)
    for number in range(HOURLY):
        _wrong(f"10.253.{number}.1", alice.username)
    found = _try(alice.username, PASSWORD)
    refusal(found, 429, "throttled")
    assert 3500 <= int(found.headers["Retry-After"]) <= 3601
    later(3601)
    assert _try(alice.username, PASSWORD).status_code == 200


def test_guesses_from_many_networks_stop_at_the_daily_ceiling(
    alice: User, later: Callable[[float], None]
) -> None:
    later(86_400 - time.time() % 86_400)
    through = 0
    for number in range(1_000):
        if number % 100 == 0:
            later(3600)
        try:
            _wrong(f"10.{number % 250}.{number // 250}.7", alice.username)
        except Throttled:
            continue
        through += 1
    assert through == DAILY


def test_a_known_device_has_a_count_of_its_own(alice: User) -> None:
    at_home = stranger()
    assert _try(alice.username, PASSWORD, client=at_home).status_code == 200
    elsewhere = stranger()
    elsewhere.cookies["seatcast_device"] = at_home.cookies["seatcast_device"].value
    codes = _codes([_try(alice.username, client=elsewhere) for _ in range(6)])
    assert codes == [401] * 5 + [429]
    # The wrong guesses count for the device, not for the network.
    assert _try(alice.username, PASSWORD, client=stranger_at(elsewhere)).status_code == 200


def test_a_known_device_above_its_ceiling_counts_as_unknown(
    alice: User, later: Callable[[float], None]
) -> None:
    later(86_400 - time.time() % 86_400)
    device = known_devices.device_token(_at("10.0.0.1"), alice)
    day = (
        f"{login_throttle.DEVICE_CEILING[1]}-{int(time.time() // login_throttle.DEVICE_CEILING[1])}"
    )
    of_device = login_throttle._digest(f"{known_devices._read(device)[0]} {alice.username}")  # type: ignore[index]
    for _ in range(login_throttle.DEVICE_CEILING[0]):
        shared_cache.incr_many({f"tries-device-{of_device}-{day}": 60.0})
    for number in range(HOURLY):
        _wrong(f"10.253.{number}.1", alice.username)
    with (
        pytest.raises(login_throttle.TooManyAttempts),
        login_throttle.attempt(_at("10.0.0.1"), alice.username, device_token=device),
    ):
        pass


def test_attempts_at_many_usernames_from_one_address_are_throttled(alice: User) -> None:
    address = str(stranger().defaults["REMOTE_ADDR"])
    for number in range(login_throttle.FREE_PER_ADDRESS):
        _wrong(address, f"somebody{number}")
    with pytest.raises(Throttled):
        _wrong(address, "somebody else")


def test_only_wrong_attempts_are_counted() -> None:
    for number in range(login_throttle.FREE_PER_ADDRESS + 2):
        with login_throttle.attempt(_at("10.252.0.1"), f"somebody{number}") as attempt:
            attempt.is_correct = True
        with pytest.raises(DatabaseError), login_throttle.attempt(_at("10.252.0.1"), "anybody"):
            raise DatabaseError


def test_correct_passwords_from_new_devices_do_not_reach_the_ceiling(alice: User) -> None:
    for number in range(HOURLY + 1):
        _right(f"10.251.{number}.1", alice.username)


def test_a_correct_password_leaves_what_was_counted_elsewhere(
    alice: User, later: Callable[[float], None]
) -> None:
    later(3600 - time.time() % 3600)
    for number in range(HOURLY):
        if number == HOURLY - 1:
            _right("10.250.250.1", alice.username)
        _wrong(f"10.250.{number}.1", alice.username)
    with pytest.raises(login_throttle.TooManyAttempts):
        _wrong("10.250.251.1", alice.username)


def test_a_correct_password_leaves_its_networks_wrong_ones_at_other_usernames(alice: User) -> None:
    address = str(stranger().defaults["REMOTE_ADDR"])
    for number in range(login_throttle.FREE_PER_ADDRESS):
        if number == login_throttle.FREE_PER_ADDRESS - 1:
            _right(address, alice.username)
        _wrong(address, f"somebody{number}")
    with pytest.raises(Throttled):
        _wrong(address, "somebody else")


def test_correct_passwords_do_not_count_against_their_network(alice: User) -> None:
    address = str(stranger().defaults["REMOTE_ADDR"])
    for _ in range(login_throttle.FREE_PER_ADDRESS):
        _right(address, alice.username)
    # Of attempts above the limit one would pass.
    for number in range(2):
        _wrong(address, f"somebody{number}")


@pytest.mark.django_db(transaction=True)
def test_parallel_attempts_get_no_further_than_consecutive_ones(alice: User) -> None:
    client = stranger()
    address = str(client.defaults["REMOTE_ADDR"])

    def once() -> bool:
        try:
            _wrong(address, alice.username)
        except Throttled:
            return False
        return True

    assert at_once([once] * 50).count(True) == 5


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("10.0.0.1", "::ffff:10.0.0.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("not an address", "", False),
    ],
)
def test_addresses_that_one_client_can_choose_from_count_as_one(
    one: str, other: str, are_same: bool
) -> None:
    assert (client_ip.client_ip(_at(one)) == client_ip.client_ip(_at(other))) == are_same


def test_only_the_trusted_proxys_forwarded_address_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forwarded: Any = {"HTTP_X_FORWARDED_FOR": "1.1.1.1, 2.2.2.2", "REMOTE_ADDR": "3.3.3.3"}
    request = APIRequestFactory().get("/", **forwarded)
    found = []
    for proxies in (0, 1, 2):
        monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)
        found.append(client_ip.client_ip(request))
    assert found == ["3.3.3.3", "2.2.2.2", "1.1.1.1"]


def test_usernames_with_unusual_characters_are_counted() -> None:
    for name in ("x" * 10_000, "é\u0000", ["a"], {"a": 1}, None, 5):
        assert stranger().post("/api/login/", {"username": name}).status_code == 400


def test_without_redis_each_process_counts_for_itself(alice: User, settings: Settings) -> None:
    settings.CACHES = {**settings.CACHES, **AWAY}
    client = stranger()
    codes = _codes([_try(alice.username, client=client) for _ in range(6)])
    assert codes == [401] * 5 + [429]
    assert _try(alice.username, PASSWORD).status_code == 200


def test_requests_are_limited_by_person_and_by_address(alice: User, rates: dict[str, Any]) -> None:
    rates.update(person="3/day", address="2/day")
    somebody, nobody = signed_in(alice), stranger()
    assert _codes([somebody.get("/api/events/") for _ in range(4)]) == [200, 200, 200, 429]
    answers = [nobody.get("/api/events/") for _ in range(3)]
    assert _codes(answers) == [200, 200, 429]
    assert int(refusal_wait(answers[-1])) > 0
    assert stranger().get("/api/events/").status_code == 200
    assert signed_in(make_user()).get("/api/events/").status_code == 200


def refusal_wait(answer: Any) -> str:
    refusal(answer, 429, "throttled")
    return str(answer.headers["Retry-After"])


def test_registrations_and_link_requests_are_limited_by_address(rates: dict[str, Any]) -> None:
    rates.update(register="1/day", reset="1/day")
    client = stranger()
    answers = [
        client.post("/api/register/", {"username": name, "password": PASSWORD})
        for name in ("zoe", "yves")
    ]
    assert _codes(answers) == [201, 429]
    body = {"email": "zoe@example.com"}
    answers = [stranger_at(client).post("/api/password/reset/", body) for _ in range(2)]
    assert _codes(answers) == [200, 429]
    other = stranger()
    new = {"username": "yves", "password": PASSWORD}
    assert other.post("/api/register/", new).status_code == 201
    assert stranger_at(other).post("/api/password/reset/", body).status_code == 200


def test_exports_have_a_rate_of_their_own_for_each_person(
    alice: User, rates: dict[str, Any]
) -> None:
    rates["sales_export"] = "2/day"
    alice.is_superuser = True
    alice.save()
    event, organiser = make_event(), signed_in(alice)
    path = f"/api/events/{event.pk}/exports/tickets/"

    def export(client: APIClient) -> Any:
        answer: Any = client.get(path)
        if answer.streaming:
            # A process writes two at a time.
            answer.getvalue()
        return answer

    answers = [export(organiser) for _ in range(3)]
    assert _codes(answers) == [200, 200, 429]
    assert int(refusal_wait(answers[-1])) > 0
    assert organiser.get(f"/api/events/{event.pk}/").status_code == 200
    assert export(signed_in(make_user(is_superuser=True))).status_code == 200


def test_exports_of_personal_data_have_a_rate_of_their_own(
    alice: User, rates: dict[str, Any]
) -> None:
    rates["export"] = "1/day"
    for person in (alice, make_user()):
        client = signed_in(person)
        answers = [client.get("/api/me/export/") for _ in range(2)]
        assert _codes(answers) == [200, 429]


def stranger_at(other: APIClient) -> APIClient:
    client = stranger()
    client.defaults["REMOTE_ADDR"] = other.defaults["REMOTE_ADDR"]
    return client


def _process(monkeypatch: pytest.MonkeyPatch) -> ApiThrottle:
    """Return a throttle with empty counts, as in another process."""
    throttle = ApiThrottle()
    window = throttles._Window("person", throttles.SYNC_EVERY)
    monkeypatch.setattr(throttle, "window", window, raising=False)
    return throttle


def test_processes_share_a_limit(
    alice: User, rates: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    rates["person"] = "100/day"
    processes = [_process(monkeypatch) for _ in range(4)]
    who = str(time.time_ns())
    through = sum(processes[number % 4].allow(who) for number in range(400))
    assert 100 <= through <= 100 + 4 * (throttles.SYNC_EVERY - 1)


def test_the_first_requests_of_a_client_make_no_call_to_redis(
    rates: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def count(counts: dict[str, float], *, by: int) -> list[int]:
        asked.append(by)
        return [by for _ in counts]

    monkeypatch.setattr(shared_cache, "incr_many", count)
    throttle = AddressThrottle()
    for _ in range(throttles.SYNC_EVERY - 1):
        assert throttle.allow("10.0.0.1")
    assert asked == []
    throttle.allow("10.0.0.1")
    assert asked == [throttles.SYNC_EVERY]


@pytest.mark.django_db(transaction=True)
def test_without_redis_the_local_count_limits(
    rates: dict[str, Any], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CACHES = {**settings.CACHES, **AWAY}
    rates["person"] = "50/day"
    throttle, who = _process(monkeypatch), str(time.time_ns())
    assert at_once([partial(throttle.allow, who)] * 60).count(True) == 50
