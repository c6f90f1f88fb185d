import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from organisations.models import Organisation
from reservations.ports.outbox import Message as Told
from reservations.ports.outbox import MessageKind
from tests.webhooks.boxes import Box
from webhooks import numbering, outbox, selectors, services
from webhooks.models import Endpoint, Feed, Message

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PATIENCE_SECONDS = 60


def names(page: selectors.FeedPage) -> list[str]:
    return [message["data"]["name"] for message in page.messages]


def write(organisation: Organisation, name: str) -> None:
    outbox.write(
        [Told(MessageKind.BOOKING_CREATED, name, {"name": name})],
        organisation_id=organisation.pk,
        at=NOW,
    )


@contextmanager
def uncommitted(organisation: Organisation, name: str) -> Iterator[None]:
    """Write a message in another transaction, which commits at the end of the block."""
    written, done = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                write(organisation, name)
                written.set()
                assert done.wait(PATIENCE_SECONDS)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert written.wait(PATIENCE_SECONDS)
        yield
    finally:
        done.set()
        thread.join()


@pytest.fixture
def organisation(transactional_db: None) -> Organisation:
    made = Organisation.objects.create(name="Choir")
    Feed.objects.create(organisation=made, is_open=True)
    return made


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_message_that_commits_late_comes_after_what_was_read_before(
    organisation: Organisation,
) -> None:
    with uncommitted(organisation, "late"):
        write(organisation, "early")
        first = selectors.feed(organisation_id=organisation.pk, after=0, limit=10)
        last_id = Message.objects.latest("pk").pk
    assert names(first) == ["early"]
    second = selectors.feed(organisation_id=organisation.pk, after=first.after, limit=10)
    assert names(second) == ["late"]
    assert [message["position"] for message in (*first.messages, *second.messages)] == [1, 2]
    # Read by id, it would have been missed: its id was drawn first.
    assert not Message.objects.filter(pk__gt=last_id).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_readers_number_each_message_once_and_queue_it_once(
    organisation: Organisation,
) -> None:
    Endpoint.objects.create(
        organisation=organisation, url="https://example.org", kinds=["booking.created"], secret=""
    )
    for number in range(40):
        write(organisation, str(number))
    barrier = threading.Barrier(8)

    def read() -> None:
        try:
            barrier.wait(PATIENCE_SECONDS)
            numbering.number(organisation.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    page = selectors.feed(organisation_id=organisation.pk, after=0, limit=100)
    assert [message["position"] for message in page.messages] == list(range(1, 41))
    assert names(page) == [str(number) for number in range(40)]
    assert Endpoint.objects.get().deliveries.count() == 40


@pytest.mark.django_db
@pytest.mark.both_databases
def test_pages_follow_one_another_without_gaps(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbering, "MESSAGES_AT_ONCE", 2)
    services.set_feed(organisation_id=box.organisation.pk, is_open=True)
    for number in range(5):
        write(box.organisation, str(number))
    after, read, more = 0, [], True
    while more:
        page = selectors.feed(organisation_id=box.organisation.pk, after=after, limit=2)
        after, more = page.after, page.has_more
        read += names(page)
    assert read == ["0", "1", "2", "3", "4"]
    assert selectors.feed(organisation_id=box.organisation.pk, after=after, limit=2).after == 5
    write(box.organisation, "5")
    assert names(selectors.feed(organisation_id=box.organisation.pk, after=5, limit=2)) == ["5"]
