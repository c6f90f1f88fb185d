"""The seating plan commands: their results, and their error messages."""

import io
import re
import shlex
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from deploy.paths import ROOT
from reservations import demo
from reservations.domain.states import SeatStatus
from reservations.models import Category, Event, Seat
from tests.reservations.audit.test_progress import Terminal
from tests.reservations.plans.documents import document, row, seat, written, zone
from tests.reservations.plans.events import event_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "plan.json"
    plan = document(
        zone(row(seat("a", "1", x=100, y=100), seat("b", "2", x=130, y=100))),
        zone(row(seat("c", "1", x=100, y=200, category="Circle"), name="K"), name="Circle"),
    )
    path.write_bytes(written(plan))
    return str(path)


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert caught.value.returncode == 1
    assert not Event.objects.exclude(name="A show").exists()
    return str(caught.value)


class TestImportPlan:
    def test_creates_an_event(self, file: str) -> None:
        output = run(
            "import_plan",
            file,
            *("--name", "Hamlet", "--venue", "The Globe", "--date", "2035-05-24T19:30+02:00"),
            *("--price", "Stalls=80", "--price-default", "12.50", "--currency", "GBP"),
        )
        event = Event.objects.get()
        assert (event.name, event.venue, event.currency) == ("Hamlet", "The Globe", "GBP")
        assert event.date == datetime(2035, 5, 24, 17, 30, tzinfo=UTC)
        assert event.price == Decimal("12.50")
        assert output == (
            f"Event {event.pk}: Hamlet, The Globe, 2035-05-24 17:30 UTC: 3 seats.\n"
            "  Stalls: 2 at 80.00 GBP\n"
            "  Circle: 1 at 12.50 GBP\n"
            "It is a draft: only organisers see it, and it is not on sale. "
            f"To publish it: manage.py publish_event {event.pk}\n"
        )
        assert event.visibility == Event.Visibility.DRAFT

    def test_formats_and_parses_prices_by_currency(self, file: str) -> None:
        options = (file, "--price", "Stalls=8000", "--currency", "JPY")
        output = refusal("import_plan", *options, "--price-default", "12.50")
        assert output == "price: JPY is paid without decimals: give a whole amount."
        output = refusal("import_plan", *options, "--price", "Circle=1.5", "--price-default", "1")
        assert output == "price: JPY is paid without decimals: give a whole amount."
        output = run("import_plan", *options, "--price-default", "12")
        assert output.splitlines()[1:3] == ["  Stalls: 2 at 8000 JPY", "  Circle: 1 at 12 JPY"]

    def test_only_prices_are_required(self, file: str) -> None:
        run("import_plan", file, "--price", "Stalls=80", "--price", "Circle=55.5")
        event = Event.objects.get()
        assert (event.name, event.venue, event.price) == ("A plan", "A plan", Decimal("55.50"))
        assert event.date > timezone.now() + timedelta(days=28)

    def test_fills_an_event_without_seats(self, file: str) -> None:
        event = Event.objects.create(
            name="A show", venue="x", date=timezone.now(), price=Decimal("9")
        )
        output = run("import_plan", file, "--event", str(event.pk), "--price", "Circle=5")
        assert output.startswith(f"Event {event.pk}: A show, x, ")
        assert event.seats.count() == 3
        prices = dict(Category.objects.filter(event=event).values_list("name", "price"))
        assert prices == {"Stalls": None, "Circle": Decimal("5.00")}

    def test_refuses_an_event_with_seats(self, file: str) -> None:
        event = event_with()
        assert "has seats already" in refusal("import_plan", file, "--event", str(event.pk))
        assert event.seats.count() == 4
        assert not Category.objects.exists()

    def test_reads_standard_input(self, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
        text = io.TextIOWrapper(io.BytesIO(Path(file).read_bytes()))
        monkeypatch.setattr(sys, "stdin", text)
        run("import_plan", "-", "--price-default", "1")
        assert Seat.objects.count() == 3

    @pytest.mark.parametrize("to", ["a new event", "an event"])
    def test_dry_run_writes_nothing(self, file: str, to: str) -> None:
        event = Event.objects.create(
            name="A show", venue="x", date=timezone.now(), price=Decimal("9")
        )
        target = ("--event", str(event.pk)) if to == "an event" else ("--price-default", "9")
        output = run("import_plan", file, *target, "--price", "Stalls=7", "--dry-run")
        assert output.startswith("Nothing was written. It would be A")
        assert output.endswith("3 seats.\n  Stalls: 2 at 7.00 EUR\n  Circle: 1 at 9.00 EUR\n")
        assert not Seat.objects.exists()
        assert not Category.objects.exists()
        assert list(Event.objects.values_list("pk", "plan", "layout")) == [(event.pk, {}, "")]

    def test_dry_run_refuses_what_the_run_would_refuse(self, file: str) -> None:
        event = event_with()
        assert "has seats" in refusal("import_plan", file, "--event", str(event.pk), "--dry-run")

    def test_reports_the_fault_of_an_invalid_file(self, tmp_path: Path) -> None:
        path = tmp_path / "broken.json"
        path.write_bytes(written(document(zone(row(seat("a"), seat("b", "2", x="abc"))))))  # type: ignore[arg-type]
        assert refusal("import_plan", str(path), "--price-default", "1") == (
            "This cannot be a seating plan: "
            'zones[0].rows[0].seats[1].position.x: must be a number, not "abc"'
        )
        assert not Seat.objects.exists()

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ([], "What do seats of the category 'Stalls' cost?"),
            (["--price", "Stalls=1"], "What do seats of the category 'Circle' cost?"),
            (["--price-default", "-1"], "--price-default: give an amount such as 80.00, not '-1'."),
            (["--price-default", "1e3"], "--price-default: give an amount"),
            (["--price-default", "NaN"], "--price-default: give an amount"),
            (["--price", "Stalls"], "--price: give CATEGORY=AMOUNT"),
            (["--price", "Stalls=x"], "--price: give an amount such as 80.00, not 'x'."),
            (["--price", "Stalls=1", "--price", "Stalls=2"], "--price: 'Stalls' has two prices."),
            (["--block", "Pit"], "The plan has no category 'Pit'. It has Stalls, Circle."),
            (["--category", "Pit=A"], "The plan has no category 'Pit'. It has Stalls, Circle."),
            (["--category", "Stalls"], "--category: give OLD=NEW, such as Pit=Stalls"),
            (["--category", "Stalls= "], "--category: give OLD=NEW"),
            (
                ["--category", "Stalls=A", "--category", "Stalls=B"],
                "--category: 'Stalls' has two new names.",
            ),
            (["--category", "Stalls=Pit", "--price", "Stalls=1"], "The plan has no category"),
            (["--block", "Stalls"], "What do seats of the category 'Stalls' cost?"),
            (["--price", "Pit=1"], "The plan has no category 'Pit'. It has Stalls, Circle."),
            (["--price-default", "1", "--date", "soon"], "--date: give a time"),
            (["--price-default", "1", "--date", "0001-01-01"], "--date: give a time"),
            (["--price-default", "1", "--currency", "euro"], "currency: "),
            (["--price-default", "1", "--name", "x" * 201], "name: "),
            (["--event", "x"], "--event: give an event's id, not 'x'."),
            (["--event", "9" * 30], "--event: give an event's id"),
            (["--event", "99999"], "There is no such event."),
            (["--event", "1", "--price-default", "1"], "--price-default describes a new event"),
            (["--event", "1", "--name", "x"], "--name describes a new event"),
        ],
    )
    def test_refuses_with_one_sentence(
        self, file: str, arguments: list[str], sentence: str
    ) -> None:
        # A value that begins with a hyphen must be joined to its option.
        joined = [
            f"{option}={value}"
            for option, value in zip(arguments[::2], arguments[1::2], strict=True)
        ]
        output = refusal("import_plan", file, *joined)
        assert output.startswith(sentence)
        assert "\n" not in output

    def test_publishes_on_request(self, file: str) -> None:
        output = run("import_plan", file, "--price-default", "5", "--publish")
        assert Event.objects.get().visibility == Event.Visibility.PUBLIC
        assert "draft" not in output

    def test_publishes_a_draft_that_it_fills(self, file: str) -> None:
        draft = Event.objects.create(
            name="A show",
            venue="x",
            date=timezone.now(),
            price=Decimal("9"),
            visibility=Event.Visibility.DRAFT,
        )
        run("import_plan", file, "--event", str(draft.pk), "--publish")
        draft.refresh_from_db()
        assert draft.visibility == Event.Visibility.PUBLIC

    def test_renames_and_merges_categories(self, file: str) -> None:
        options = ("--category", "Circle=Stalls", "--category", "Stalls=A=B", "--price", "A=B=3")
        output = run("import_plan", file, *options, "--price", "Stalls=4")
        assert output.splitlines()[1:3] == ["  A=B: 2 at 3.00 EUR", "  Stalls: 1 at 4.00 EUR"]
        output = run("import_plan", file, "--category", "Circle=Stalls", "--price", "Stalls=4")
        assert output.splitlines()[1] == "  Stalls: 3 at 4.00 EUR"
        assert output.splitlines()[2].startswith("It is a draft")
        assert Category.objects.latest("pk").color == "#7c3aed"

    def test_blocks_the_seats_of_a_category_and_asks_no_price_for_it(self, file: str) -> None:
        output = run("import_plan", file, "--price", "Stalls=4", "--block", "Circle")
        event = Event.objects.get()
        assert "  Circle: 1 at 4.00 EUR, 1 blocked\n" in output
        statuses = event.seats.order_by("pk").values_list("status", flat=True)
        assert list(statuses) == [SeatStatus.AVAILABLE, SeatStatus.AVAILABLE, SeatStatus.BLOCKED]
        assert event.change_seq == 1
        call_command("verify_ledger", stdout=io.StringIO())

    def test_lists_the_seats_that_lie_on_each_other(self, tmp_path: Path) -> None:
        path = tmp_path / "copied.json"
        first = row(seat("a", "1", x=100, y=100), seat("b", "2", x=130, y=100))
        copied = row(seat("c", "3", x=104, y=102), seat("d", "4", x=130, y=106))
        path.write_bytes(written(document(zone(first), zone(copied, name="Circle"))))
        output = run("import_plan", str(path), "--price-default", "5")
        assert output.splitlines()[3:5] == [
            "WARNING: On 1 place seats lie on each other, so that only the one on top can be "
            "clicked. Move them apart in the plan's editor, or block all but one:",
            "  Stalls A1, Circle A3 (at 100, 100)",
        ]
        assert "A4" not in output

    def test_reports_seats_without_category_and_price(self, tmp_path: Path) -> None:
        path = tmp_path / "plan.json"
        path.write_bytes(written(document(zone(row(seat(category=""))))))
        assert "without a category" in refusal("import_plan", str(path))

    def test_repair_gives_copied_seats_new_guids(self, tmp_path: Path) -> None:
        path = tmp_path / "copied.json"
        table = row(seat("t-1", x=100, y=100), name="T")
        path.write_bytes(written(document(zone(table, table))))
        command = ("import_plan", str(path), "--price-default", "5")
        assert refusal(*command) == (
            'This cannot be a seating plan: zones[0].rows[1].seats[0].seat_guid: "t-1" is that of '
            "zones[0].rows[0].seats[0] too (--repair renames it)"
        )
        assert run(*command, "--repair").splitlines()[1:5] == [
            *("  Stalls: 2 at 5.00 EUR", "  Circle: 0 at 5.00 EUR"),
            'zones[0].rows[1].seats[0].seat_guid: "t-1" is that of zones[0].rows[0].seats[0] too; '
            'it is now "t-1 (2)".',
            "1 seat has the name of another seat, and a number behind it: T1 (2)",
        ]
        seats = Seat.objects.order_by("pk").values_list("guid", "seat_number")
        assert list(seats) == [("t-1", "T1"), ("t-1 (2)", "T1 (2)")]

    def test_shows_progress_on_a_terminal(self, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        run("import_plan", file, "--price-default", "5")
        assert "Reading the plan" in terminal.getvalue()
        assert terminal.screen == ""

    @pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
    def test_reports_an_unreadable_file(self, tmp_path: Path, name: str) -> None:
        assert "cannot be read" in refusal("import_plan", str(tmp_path / name))


def test_the_commands_of_the_first_day_make_two_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """As docs/first-day.md has them; `tests/deploy/test_first_day.py` also sells the seats."""
    plan = Path(demo.__file__).with_name("chamber_hall.json").read_bytes()
    page = (ROOT / "docs" / "first-day.md").read_text()
    commands = re.findall(r"^manage\.py (.+?)(?: < plan\.json)?$", page, re.MULTILINE)
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "an-organiser's-own-2030")
    for command in commands:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(plan)))
        asks_nothing = ["--no-input"] if command.startswith("createsuperuser") else []
        output = run(*shlex.split(command), *asks_nothing)
    assert output.endswith("no difference.\n")
    assert User.objects.get().is_superuser
    found = Event.objects.order_by("pk").values_list("name", "visibility")
    assert list(found) == [("Winterreise", "draft"), ("Open rehearsal", "public")]


class TestCreateGrid:
    def test_creates_a_hall(self) -> None:
        output = run("create_grid", "--rows", "3", "--seats", "4", "--price", "7.5")
        event = Event.objects.get()
        assert output.startswith(f"Event {event.pk}: Hall of 12 seats, Hall, ")
        assert output.endswith("12 seats.\n  All: 12 at 7.50 EUR\n")
        assert [found.seat_number for found in event.seats.all()] == [
            *("A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "C1", "C2", "C3", "C4")
        ]

    def test_needs_no_arguments(self) -> None:
        run("create_grid")
        assert Seat.objects.count() == 120

    def test_can_be_called_with_numbers(self) -> None:
        call_command("create_grid", rows=2, seats=2, stdout=io.StringIO())
        assert Seat.objects.count() == 4

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--rows=ten"], "--rows: give a whole number, not 'ten'."),
            (["--rows=0"], "This cannot be a seating plan: rows: must be at least 1, not 0"),
            (["--seats=-1"], "This cannot be a seating plan: seats: must be at least 1, not -1"),
            (
                ["--rows=100000", "--seats=2"],
                "This cannot be a seating plan: the plan must have at",
            ),
            (["--price=cheap"], "--price: give an amount"),
            (["--section", "x" * 101], "This cannot be a seating plan: section: "),
            (["--date=tomorrow"], "--date: give a time"),
        ],
    )
    def test_refuses_with_one_sentence(self, arguments: list[str], sentence: str) -> None:
        assert refusal("create_grid", *arguments).startswith(sentence)


class TestPublishEvent:
    def draft(self) -> Event:
        event = event_with()
        Event.objects.update(visibility=Event.Visibility.DRAFT)
        return event

    @pytest.mark.parametrize(
        ("options", "visibility"),
        [([], Event.Visibility.PUBLIC), (["--members"], Event.Visibility.MEMBERS)],
    )
    def test_publishes_a_draft_once(self, options: list[str], visibility: str) -> None:
        event = self.draft()
        output = run("publish_event", str(event.pk), *options)
        assert output == f"Event {event.pk} is published.\n"
        assert "nothing was changed" in run("publish_event", str(event.pk))
        event.refresh_from_db()
        assert event.visibility == visibility

    @pytest.mark.parametrize(
        ("event", "sentence"),
        [("99999", "There is no such event."), ("x", "ID: give an event's id, not 'x'.")],
    )
    def test_refuses_with_one_sentence(self, event: str, sentence: str) -> None:
        assert refusal("publish_event", event) == sentence

    def test_refuses_an_event_without_seats(self) -> None:
        event = self.draft()
        event.seats.all().delete()
        assert "no seats yet" in refusal("publish_event", str(event.pk))
        event.refresh_from_db()
        assert event.visibility == Event.Visibility.DRAFT
