"""Webhooks and mail with receivers that fail, and workers that are killed."""

import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.mail_limits import recipient_key
from accounts.models import Mail
from deploy.environment import clean_environment
from deploy.paths import ROOT
from tests.concurrent_commands import wait_until
from tests.factories import make_user
from tests.faults.mail_server import Letter, mail_server
from tests.servers import server_settings
from tests.webhooks.boxes import Box, make_box
from tests.webhooks.receiver import Received, receiver
from webhooks.models import Endpoint

pytestmark = [pytest.mark.thorough, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 4
BOOKINGS_PER_ROUND = 6
WORKERS = 2


@contextmanager
def workers(*, mail: str = "dummymail://") -> Iterator[None]:
    """Run housekeeping processes, and end them with SIGKILL."""
    command = [sys.executable, "manage.py", "housekeeping", "--every", "60"]
    environment = clean_environment(
        **server_settings(), SEATCAST_WEBHOOK_NETWORKS="127.0.0.0/8", EMAIL_URL=mail
    )
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        for _ in range(WORKERS)
    ]
    try:
        yield
    finally:
        for process in running:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()


def book_some(box: Box, *, number: int) -> None:
    """Make bookings with three messages each: made, paid and admitted."""
    for place in range(number * BOOKINGS_PER_ROUND, (number + 1) * BOOKINGS_PER_ROUND):
        booking = box.book(place)
        box.pay(booking)
        box.admit(booking)


def test_each_message_arrives_in_the_order_of_its_booking_though_workers_are_killed() -> None:
    box = make_box(seats=ROUNDS * BOOKINGS_PER_ROUND + 1, purchase_cap=1_000)
    seen: Counter[str] = Counter()
    accepted: list[Received] = []

    def answer(request: Received) -> tuple[int, dict[str, str]]:
        seen[request.id] += 1
        # A third of the messages is accepted only at the second attempt.
        if sum(request.id.encode()) % 3 == 0 and seen[request.id] == 1:
            return 500, {}
        accepted.append(request)
        return 204, {}

    with receiver() as hook:
        hook.answer = answer
        endpoint = box.endpoint(hook.url)
        for number in range(ROUNDS):
            book_some(box, number=number)
            before = len(accepted)
            with workers():
                wait_until(lambda before=before: len(accepted) > before)  # type: ignore[misc]
            # The killed ones can do nothing more: let the time of their lease, and until the next
            # attempts, be over.
            Endpoint.objects.update(leased_until=None, rest_until=None)
            endpoint.deliveries.filter(state="pending").update(due_at=timezone.now())
        expected = len(box.messages())
        with workers():
            wait_until(lambda: len({request.id for request in accepted}) == expected)

    told = {message.name: message for message in box.messages()}
    assert len(told) == ROUNDS * BOOKINGS_PER_ROUND * 3
    assert {request.id for request in accepted} == set(told)
    assert all(request.body.decode() == told[request.id].body for request in hook.received)
    # The first time that each was accepted.
    order = defaultdict(list)
    for name in dict.fromkeys(request.id for request in accepted):
        order[told[name].topic].append(told[name].pk)
    assert all(ids == sorted(ids) for ids in order.values())
    assert len(order) == ROUNDS * BOOKINGS_PER_ROUND
    assert max(seen.values()) > 1


RECIPIENTS = 8
MAILS_PER_RECIPIENT = 3
MAILS_UNTIL_KILLED = 5


def queue_some(number: int) -> None:
    """Queue a mail about a booking to each recipient."""
    person = make_user(f"buyer{number}")
    for name in range(RECIPIENTS):
        address = f"buyer{name}@example.org"
        Mail.objects.create(
            kind=Mail.Kind.CANCELLED,
            address=address,
            recipient=recipient_key(address),
            person=person,
            details={
                **dict.fromkeys(("venue", "date", "booking", "refund"), ""),
                "event": f"number {number}",
            },
        )


def test_each_mail_arrives_in_order_for_each_recipient_though_workers_are_killed() -> None:
    """The mail server refuses a third of them at first, and hides that it took another third."""
    seen: Counter[str] = Counter()
    accepted: list[Letter] = []

    def answer(letter: Letter) -> str | None:
        seen[letter.id] += 1
        kind = sum(letter.id.encode()) % 3
        if kind == 0 and seen[letter.id] == 1:
            return "451 try again"
        accepted.append(letter)
        return None if kind == 1 and seen[letter.id] == 1 else "250 ok"

    for number in range(MAILS_PER_RECIPIENT):
        queue_some(number)
    waiting = Mail.objects.filter(done_at=None)
    with mail_server(answer) as port:
        url = f"smtp://127.0.0.1:{port}"
        while waiting.exists():
            enough = len(accepted) + MAILS_UNTIL_KILLED
            with workers(mail=url):
                wait_until(lambda enough=enough: len(accepted) >= enough or not waiting.exists())  # type: ignore[misc]
            # The killed ones can do nothing more: let the time until the next attempts be over.
            waiting.update(due_at=timezone.now() - timedelta(seconds=1), tries=0)

    assert len({letter.id for letter in accepted}) == RECIPIENTS * MAILS_PER_RECIPIENT
    assert len(accepted) > RECIPIENTS * MAILS_PER_RECIPIENT
    firsts: dict[str, Letter] = {}
    for letter in accepted:
        firsts.setdefault(letter.id, letter)
    order = defaultdict(list)
    for letter in firsts.values():
        order[letter.recipient].append(letter.subject)
    assert len(order) == RECIPIENTS
    for subjects in order.values():
        assert [f"number {number}" in each for number, each in enumerate(subjects)] == [True] * 3
