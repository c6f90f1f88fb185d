"""One person who asks for much slow work at once: others are answered, and memory stays bounded."""

import resource
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connections
from PIL import Image
from rest_framework.test import APIClient

from infrastructure.slow_work.children import run_in_child
from reservations.bookings.command_queue import CommandQueue
from reservations.domain.commands import LockSeats, ReserveSeats
from reservations.models import Event as Show
from reservations.models import Reservation
from reservations.tickets import ticket_files
from tests.factories import make_event, make_user, pay_for, person, seat_ids, signed_in, stranger
from tests.reservations.organising.files import encoded

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 12
PATIENCE_SECONDS = 120
NAME = "王小明 محمد العربي สมชาย ใจดี"


def _all_at_once(ask: Callable[[APIClient], Any], clients: list[APIClient]) -> Counter[int]:
    """Let all clients ask at once, while a stranger reads an event; return their statuses.

    The stranger must get every answer.
    """
    show, barrier, is_over = make_event(), Barrier(len(clients) + 1), Event()

    def work(client: APIClient) -> int:
        try:
            barrier.wait(PATIENCE_SECONDS)
            answer = ask(client)
            if answer.status_code == 429:
                assert int(answer["Retry-After"]) > 0
                assert answer.json()["code"] == "throttled"
            return int(answer.status_code)
        finally:
            connections.close_all()

    def read() -> Counter[int]:
        found: Counter[int] = Counter()
        try:
            reader = stranger()
            barrier.wait(PATIENCE_SECONDS)
            while not found or not is_over.is_set():
                found[reader.get(f"/api/events/{show.pk}/").status_code] += 1
            return found
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(clients) + 1) as pool:
        reading = pool.submit(read)
        try:
            statuses = Counter(pool.map(work, clients, timeout=PATIENCE_SECONDS))
        finally:
            is_over.set()
        assert set(reading.result()) == {200}
    return statuses


def _paid_booking(event: Show) -> Reservation:
    buyer = make_user("zoe")
    queue, ids = CommandQueue(event.pk), seat_ids(event)[:1]
    queue.submit(LockSeats(person(buyer), ids))
    number = queue.submit(ReserveSeats(person(buyer), ids, "invoice"))["reservation"]["id"]
    pay_for(number)
    Reservation.objects.filter(public_id=number).update(buyer_name=NAME)
    return Reservation.objects.get(public_id=number)


def test_many_requests_for_a_ticket_that_is_slow_to_draw() -> None:
    booking = _paid_booking(make_event())
    assert booking.user is not None
    ticket_files._drawn.clear()
    path = f"/api/reservations/{booking.public_id}/ticket/"
    buyer = booking.user
    statuses = _all_at_once(lambda each: each.get(path), [signed_in(buyer) for _ in range(AT_ONCE)])
    # 503: on a busy machine the second one waits too long for the first.
    assert statuses.keys() <= {200, 429, 503}
    assert statuses[200] >= 1
    assert statuses[429] >= AT_ONCE // 2


def test_many_uploads_of_a_large_picture() -> None:
    organiser, event = make_user(is_superuser=True), make_event()
    content = encoded(Image.new("RGB", (8_000, 5_000)), "JPEG", progressive=True, quality=30)
    path, before = f"/api/events/{event.pk}/picture/", _memory_mb()
    statuses = _all_at_once(
        lambda each: each.put(path, content, content_type="image/jpeg"),
        [signed_in(organiser) for _ in range(AT_ONCE)],
    )
    assert statuses.keys() <= {200, 429}
    assert statuses[200] >= 1
    assert statuses[429] >= AT_ONCE // 2
    assert _memory_mb() - before < 100


def test_a_picture_with_more_pixels_than_any_is_shown_with_is_refused_undecoded() -> None:
    organiser, event = make_user(is_superuser=True), make_event()
    content = encoded(Image.new("RGB", (8_000, 5_000)), "PNG")
    answer: Any = signed_in(organiser).put(
        f"/api/events/{event.pk}/picture/", content, content_type="image/png"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "picture_refused")


def test_an_equal_ticket_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    booking, drawn = _paid_booking(make_event()), []
    assert booking.user is not None
    ticket_files._drawn.clear()
    draw = run_in_child

    def counted(kind: Any, content: bytes) -> bytes:
        drawn.append(content)
        return draw(kind, content)

    monkeypatch.setattr(ticket_files, "run_in_child", counted)
    client, path = signed_in(booking.user), f"/api/reservations/{booking.public_id}/ticket/"
    first, second = client.get(path), client.get(path)
    assert first.content == second.content
    assert len(drawn) == 1
    Reservation.objects.update(buyer_name="Zoe")
    assert client.get(path).content != first.content
    assert len(drawn) == 2


def _memory_mb() -> float:
    """Return the most memory that this process has ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
