"""Several people save the draft of one plan at once, on PostgreSQL."""

import threading
from functools import partial

import pytest

from organisations.models import Organisation
from reservations.domain.errors import SeatcastError
from reservations.domain.states import Person
from reservations.models import PlanDraft, PlanVersion, SeatingPlan
from reservations.organising.plan_library import create_plan, save_draft, save_version
from reservations.plans.document import Document, read
from reservations.plans.errors import StalePlan
from tests.concurrency.unprotected import row_locks_off, stopping
from tests.concurrent_commands import PATIENCE_SECONDS, at_once
from tests.factories import make_person
from tests.reservations.plans.documents import document, written

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

SAVING = 'UPDATE "reservations_plandraft"'


def make_plan() -> int:
    organisation = Organisation.objects.create(name="Playhouse")
    return create_plan(
        organisation_id=organisation.pk, name="Hall", document=_named("Hall"), actor=make_person()
    )


def _named(name: str) -> Document:
    return read(written(document(name=name)))


def _save(plan: int, actor: Person) -> int:
    return save_draft(plan_id=plan, revision=1, document=_named(actor.name), actor=actor)


def _names() -> list[str]:
    """Return the names in the documents of all drafts."""
    return sorted(read(bytes(each.document)).found.name or "" for each in PlanDraft.objects.all())


def test_of_several_saves_one_wins_and_the_others_are_kept_as_copies() -> None:
    plan, people = make_plan(), [make_person() for _ in range(5)]
    answers = at_once([partial(_save, plan, each) for each in people])
    assert sorted(map(type, answers), key=str) == [int, *[StalePlan] * 4]
    assert _names() == sorted(each.name for each in people)
    copies = {each.details["copy"] for each in answers if isinstance(each, SeatcastError)}
    assert copies == set(SeatingPlan.objects.exclude(pk=plan).values_list("pk", flat=True))


def test_without_the_drafts_lock_a_save_is_lost() -> None:
    """A negative control."""
    plan, people = make_plan(), [make_person() for _ in range(2)]
    meet = partial(threading.Barrier(2).wait, PATIENCE_SECONDS)
    with row_locks_off():
        saves = [stopping(partial(_save, plan, each), before=SAVING, to=meet) for each in people]
        assert at_once(saves) == [2, 2]
    assert len(_names()) == 1


def test_versions_saved_at_once_are_one_version() -> None:
    plan, people = make_plan(), [make_person() for _ in range(5)]
    save_draft(plan_id=plan, revision=1, document=_named("Other"), actor=people[0])
    saved = at_once([partial(save_version, plan_id=plan, revision=2, actor=who) for who in people])
    assert sorted(saved) == [(2, False)] * 4 + [(2, True)]  # type: ignore[type-var]
    assert PlanVersion.objects.filter(plan=plan).count() == 2
