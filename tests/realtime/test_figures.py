"""The figures that organisers watch: who gets them, when they come, and what they cost buyers."""

import asyncio
import json
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from accounts.models import User
from realtime import figures, publisher, revocation
from realtime.frames import Frame
from realtime.messages import CloseCode, figures_frame
from reservations.bookings import command_queue
from reservations.box_office import sale_figures
from reservations.domain.commands import ReserveSeats
from reservations.domain.states import Person
from reservations.models import Event, Reservation, SeatChange
from reservations.runtime.threads import in_thread
from tests.contract.calls import VIEW
from tests.factories import make_user, permitted, seat_ids, signed_in
from tests.realtime.test_protocol_fixtures import fixture

Watching = Callable[..., Any]
Command = Callable[..., Any]
People = dict[str, Person]


@pytest.fixture(autouse=True)
def _without_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(figures, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr(revocation, "POLL_SECONDS", 0.02)


@pytest.fixture
def organiser(event: Event) -> User:
    return permitted(make_user("organiser"), VIEW)


def _as(user: User) -> list[tuple[bytes, bytes]]:
    cookie = signed_in(user).cookies["sessionid"].value
    return [(b"cookie", f"sessionid={cookie}".encode())]


async def _next(socket: Any, seq: int) -> dict[str, Any]:
    """Return the next figures with this number or a newer one."""
    while True:
        message = await socket._communicator.receive_output(timeout=120)
        frame: dict[str, Any] = json.loads(message["text"])
        if frame["type"] == "figures" and frame["seq"] >= seq:
            return frame


async def _book(event: Event, buyer: Person, *places: int) -> None:
    def book() -> None:
        ids = seat_ids(event)
        command = ReserveSeats(buyer, tuple(ids[place] for place in places), "invoice", None)
        command_queue.submit(event_id=event.pk, command=command)

    await in_thread(book)


def _revenue() -> str:
    return str(sum(Reservation.objects.values_list("total_price", flat=True)))


def test_the_figures_match_the_fixture() -> None:
    frame = fixture("figures")["frame"]
    record = {"seq": frame["seq"], "now": 1, **frame["sale"]}
    text = figures_frame(figures=record, now_ms=frame["now"], health=frame["health"])  # type: ignore[arg-type]
    assert json.loads(text) == frame


async def test_an_organiser_is_told_of_a_sale_to_the_cent_and_a_buyer_is_not(
    event: Event, organiser: User, people: People, watching: Watching, lock: Command
) -> None:
    headers = await in_thread(partial(_as, organiser))
    async with (
        watching(event.pk) as buyer,
        watching(event.pk, "?figures=1", headers=headers) as office,
    ):
        assert (await _next(office, 0))["sale"]["revenue"] == "0.00"
        await lock(people["alice"], 0, 1)
        assert (await _next(office, 1))["sale"]["holds"]["begun"] == 2
        await _book(event, people["alice"], 0, 1)
        found = await _next(office, 2)
        assert found["sale"]["revenue"] == await in_thread(_revenue) == "100.00"
        assert found["sale"]["tickets"] == 2
        assert found["health"] == {"database": True, "notifications": True}
        while buyer.seq != 2:
            assert (await buyer.frame())["type"] in {"snapshot", "delta", "beat"}


async def test_an_organiser_is_told_how_far_a_long_log_is_read(
    event: Event,
    organiser: User,
    people: People,
    watching: Watching,
    lock: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for place in range(3):
        await lock(people["alice"], place)
    monkeypatch.setattr(sale_figures, "RANGE", 1)
    monkeypatch.setattr(sale_figures, "MAX_READ_SECONDS", 0)
    # Nothing but the progress makes it go on.
    monkeypatch.setattr(figures, "IDLE_SECONDS", 3600)
    headers = await in_thread(partial(_as, organiser))
    async with watching(event.pk, "?figures=1", headers=headers) as office:
        frames = [await _next(office, 0)]
        while frames[-1]["sale"] is None:
            frames.append(await _next(office, 0))
    *reading, done = frames
    assert [frame["reading"] for frame in reading] == [0.33, 0.67]
    assert "reading" not in done
    assert (done["seq"], done["sale"]["holds"]["begun"]) == (3, 3)


async def test_two_organisers_are_sent_figures_that_are_read_once(
    event: Event, organiser: User, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    def read(*, event_id: int) -> sale_figures.SaleFiguresRecord | sale_figures.Reading:
        reads.append(event_id)
        return sale_figures.figures_or_reading(event_id=event_id)

    monkeypatch.setattr(figures, "figures_or_reading", read)
    monkeypatch.setattr(figures, "IDLE_SECONDS", 3600)
    headers = await in_thread(partial(_as, organiser))
    async with watching(event.pk, "?figures=1", headers=headers) as first:
        told = await _next(first, 0)
        async with watching(event.pk, "?figures=1", headers=headers) as second:
            # The second one gets what there is at once.
            assert await _next(second, 0) == told
    assert len(reads) <= 2


@pytest.mark.parametrize("who", ["nobody", "a buyer"])
async def test_figures_are_refused_to(
    event: Event, watching: Watching, who: str, organiser: User
) -> None:
    headers = []
    if who == "a buyer":
        headers = await in_thread(lambda: _as(make_user("buyer")))
    async with watching(event.pk, "?figures=1", headers=headers) as socket:
        code = {"nobody": CloseCode.SIGN_IN_FIRST, "a buyer": CloseCode.NOT_FOR_YOU}[who]
        # Before anything was sent.
        message = await socket._communicator.receive_output(timeout=120)
        assert (message["type"], message.get("code")) == ("websocket.close", code)


async def test_an_organiser_who_loses_the_right_is_closed_and_a_buyer_stays(
    event: Event, organiser: User, people: People, watching: Watching, lock: Command
) -> None:
    headers = await in_thread(partial(_as, organiser))
    async with (
        watching(event.pk) as buyer,
        watching(event.pk, "?figures=1", headers=headers) as office,
    ):
        await _next(office, 0)
        await in_thread(organiser.user_permissions.clear)
        assert await office.close_code() == CloseCode.NOT_FOR_YOU
        await lock(people["alice"], 0)
        await buyer.until_seq(1)


async def test_without_notifications_the_figures_still_become_those_of_the_database(
    event: Event,
    organiser: User,
    people: People,
    watching: Watching,
    lock: Command,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.SEATCAST_BEAT_SECONDS = 0.01
    monkeypatch.setattr(publisher, "_loop", lambda: None)
    headers = await in_thread(partial(_as, organiser))
    async with watching(event.pk, "?figures=1", headers=headers) as office:
        await lock(people["alice"], 0)
        found = await _next(office, 1)
        assert found["sale"]["holds"]["begun"] == 1
        while found["health"]["notifications"]:
            found = await _next(office, 1)


async def test_figures_that_cannot_be_read_are_told_and_come_back(
    event: Event, organiser: User, watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = await in_thread(partial(_as, organiser))
    async with watching(event.pk, "?figures=1", headers=headers) as office:
        assert (await _next(office, 0))["health"]["database"]

        def fail(**_: Any) -> None:
            raise OperationalError

        with monkeypatch.context() as broken:
            broken.setattr(figures, "figures_or_reading", fail)
            found = await _next(office, 0)
            assert not found["health"]["database"]
            # What was read last stays.
            assert found["sale"]["revenue"] == "0.00"
        assert (await _next(office, 0))["health"]["database"]


async def test_an_organiser_without_room_is_sent_the_newest_figures_later(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Narrow:
        behind_since = None
        has_room = False

        def __init__(self) -> None:
            self.transport = self
            self.frames: list[Frame] = []
            self.has_all = asyncio.Event()

        def offer(self, frame: Frame) -> bool:
            if self.has_room:
                self.frames.append(frame)
                self.has_all.set()
            return self.has_room

    viewer: Any = Narrow()
    feed = figures.FiguresFeed(event.pk, hears_notifications=lambda: True)
    feed.add(viewer)
    while feed._frame is None:
        await asyncio.sleep(0)
    viewer.has_room = True
    await viewer.has_all.wait()
    assert viewer.frames == [feed._frame]
    feed.close()


async def test_a_sale_that_nobody_organises_costs_no_query_for_figures(
    event: Event, people: People, watching: Watching, lock: Command, queries: list[str]
) -> None:
    async with watching(event.pk) as buyer:
        await buyer.frame()
        await lock(people["alice"], 0)
        await buyer.until_seq(1)
        await buyer.frame("beat")
    table = SeatChange._meta.db_table
    assert [sql for sql in queries if f'FROM "{table}"' in sql] == []
    assert [sql for sql in queries if "conflictminute" in sql] == []


async def test_an_organiser_who_watches_adds_no_statement_to_a_command(
    event: Event,
    organiser: User,
    people: People,
    watching: Watching,
    lock: Command,
    unlock: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_commands: list[str] = []
    execute = CursorWrapper.execute

    def record(self: Any, sql: Any, params: Any = None) -> Any:
        # Hubs query in threads of their own.
        if not threading.current_thread().name.startswith("hub-"):
            of_commands.append(str(sql))
        return execute(self, sql, params)

    async def sell() -> list[str]:
        del of_commands[:]
        await lock(people["alice"], 0)
        await unlock(people["alice"], 0)
        return list(of_commands)

    headers = await in_thread(partial(_as, organiser))
    async with watching(event.pk) as buyer:
        await buyer.frame()
        # From now on it is a hold that goes on.
        await sell()
        monkeypatch.setattr(CursorWrapper, "execute", record)
        alone = await sell()
        async with watching(event.pk, "?figures=1", headers=headers) as office:
            await _next(office, 4)
            watched = await sell()
            await _next(office, 6)
    assert alone == watched != []
