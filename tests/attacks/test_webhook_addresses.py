"""Owners choose where webhooks go; none of it may lead into the network of the site."""

from collections.abc import Iterator
from typing import Any

import httpcore
import pytest

from accounts.models import User
from tests.factories import signed_in
from tests.webhooks.boxes import Box, deliver, make_box
from tests.webhooks.receiver import Receiver, receiver
from webhooks import sender
from webhooks.addresses import ForbiddenAddress, require_allowed
from webhooks.models import Endpoint

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PRIVATE = [
    "127.0.0.1",
    "127.255.1.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.192",
    "198.18.0.1",
    "203.0.113.5",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
    "::1",
    "::",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:a00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2001:20::1",
    "3fff::1",
    "192.88.99.1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fd00:ec2::254",
    "fc00::1",
    "ff02::1",
    "not an address",
]
BAD_URLS = [
    "http://example.org/hook",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://user:pass@example.org/",
    "https://example.org@127.0.0.1/",
    "https://example.org/#part",
    "https://example.org/\r\nX-Injected: 1",
    "https://exa mple.org/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://127.1/",
    "https://ex\u0430mple.org/",
    "https://example.org:99999/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "ftp://example.org/",
    "javascript:alert(1)",
    "//example.org/",
    "",
]


@pytest.fixture
def box(db: None) -> Box:
    return make_box()


@pytest.fixture
def strict(settings: Any) -> None:
    settings.SEATCAST_WEBHOOK_NETWORKS = []


@pytest.fixture
def inner(strict: None) -> Iterator[Receiver]:
    """A service of the private network that must not be reached."""
    with receiver() as found:
        yield found


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_forbidden(address: str, strict: None) -> None:
    with pytest.raises(ForbiddenAddress):
        require_allowed([address], is_encrypted=True)
    with pytest.raises(ForbiddenAddress):
        require_allowed(["93.184.215.14", address], is_encrypted=True)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "::ffff:93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
)
def test_public_addresses_are_allowed_by_https_only(address: str, strict: None) -> None:
    assert require_allowed([address], is_encrypted=True) == [address]
    with pytest.raises(ForbiddenAddress):
        require_allowed([address], is_encrypted=False)


def test_no_address_at_all_is_forbidden(strict: None) -> None:
    with pytest.raises(ForbiddenAddress):
        require_allowed([], is_encrypted=True)


@pytest.mark.parametrize("url", BAD_URLS)
def test_urls_that_cannot_be_public_https_are_refused(url: str, strict: None, box: Box) -> None:
    client = signed_in(User.objects.get(pk=box.owner.id))
    path = f"/api/organisations/{box.organisation.pk}/webhooks/"
    response = client.post(path, {"url": url, "kinds": ["booking.created"]})
    assert response.status_code == 400
    assert not Endpoint.objects.exists()


def test_a_name_of_a_private_address_is_not_connected_to(inner: Receiver, box: Box) -> None:
    endpoint = box.endpoint(f"https://localhost:{inner.port}/")
    box.book(0)
    deliver(endpoint)
    assert endpoint.deliveries.get().error == "forbidden_address"
    assert not inner.received


def test_a_name_that_changes_its_address_after_the_check_gains_nothing(
    inner: Receiver, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = "93.184.215.14"
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        """Answer with a public address first, and with a private one from then on."""
        asked.append(host)
        return ["127.0.0.1"] if len(asked) > 1 else [public]

    connected: list[str] = []

    async def connect(self: Any, address: str, port: int, *_: Any) -> Any:
        connected.append(address)
        raise httpcore.ConnectError

    monkeypatch.setattr(sender, "resolve", rebinding)
    monkeypatch.setattr(sender._CheckedBackend, "_connect", connect)
    endpoint = box.endpoint(f"https://rebinding.example.org:{inner.port}/")
    box.book(0)
    deliver(endpoint)
    # One answer is checked, and the connection goes to it, not to the name.
    assert (len(asked), connected) == (1, [public])


def test_redirects_are_not_followed(settings: Any, box: Box) -> None:
    settings.SEATCAST_WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with receiver() as outer, receiver() as target:
        outer.answer = lambda _: (307, {"Location": target.url})
        endpoint = box.endpoint(outer.url)
        box.book(0)
        deliver(endpoint)
        assert len(outer.received) == 1
        assert not target.received
    delivery = endpoint.deliveries.get()
    assert (delivery.error, delivery.status_code) == ("redirect", 307)


def test_an_exception_for_one_network_opens_no_other(settings: Any, box: Box) -> None:
    settings.SEATCAST_WEBHOOK_NETWORKS = ["10.9.0.0/16"]
    assert require_allowed(["10.9.1.1"], is_encrypted=False)
    for other in ("10.10.1.1", "127.0.0.1", "93.184.215.14"):
        with pytest.raises(ForbiddenAddress):
            require_allowed([other], is_encrypted=False)


def _endless(hook: Receiver) -> None:
    """Begin a response that does not end."""
    hook.answer = lambda _: (200, {"Content-Length": "1000000000"})


def test_a_response_that_goes_on_slowly_is_given_up(
    settings: Any, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEATCAST_WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    monkeypatch.setattr(sender, "TIMEOUT_SECONDS", 0.2)
    with receiver() as hook:
        _endless(hook)
        endpoint = box.endpoint(hook.url)
        box.book(0)
        deliver(endpoint)
    assert endpoint.deliveries.get().error == "timeout"


def test_of_a_long_response_only_the_beginning_is_read(settings: Any, box: Box) -> None:
    settings.SEATCAST_WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with receiver() as hook:
        _endless(hook)
        hook.body = b"x" * sender.MAX_RESPONSE_BYTES
        endpoint = box.endpoint(hook.url)
        box.book(0)
        deliver(endpoint)
    delivery = endpoint.deliveries.get()
    assert (delivery.state, delivery.response) == ("delivered", "x" * sender.EXCERPT_CHARACTERS)


def test_other_organisations_do_not_see_endpoints_or_messages(box: Box, strict: None) -> None:
    other = make_box("Circus")
    endpoint = box.endpoint("https://example.org/")
    client = signed_in(User.objects.get(pk=other.owner.id))
    inside = f"/api/organisations/{other.organisation.pk}/webhooks/{endpoint.pk}/"
    for path in (inside, f"{inside}deliveries/", f"{inside}deliveries/1/"):
        assert client.get(path).status_code == 404
    for path in (f"{inside}secret/", f"{inside}test/", f"{inside}replay/"):
        assert client.post(path).status_code == 404
    assert client.delete(inside).status_code == 404
    assert client.get(f"/api/organisations/{box.organisation.pk}/feed/").status_code == 404
