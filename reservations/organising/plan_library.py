"""Store the seating plans of organisations: their drafts, and the versions made of these.

Lock order: a plan's draft, whose row everyone who writes the plan locks first.
"""

from typing import NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from reservations.domain.states import Person, iso
from reservations.models import Event, PlanDraft, PlanVersion, SeatingPlan
from reservations.plans.characters import is_clean
from reservations.plans.document import Document
from reservations.plans.errors import Fault, PlanError, PlanInUse, PlanNotFound, StalePlan

MAX_NAME_LENGTH = 200


class SavedVersion(NamedTuple):
    """The number of a version, and whether it is a new one."""

    number: int
    is_new: bool


def create_plan(*, organisation_id: int, name: str, document: Document, actor: Person) -> int:
    """Create a plan with a draft, and a first version if it has seats. Return its id.

    Raises: PlanError for an unusable name.
    """
    _require_name(name)
    with transaction.atomic():
        plan = SeatingPlan.objects.create(organisation_id=organisation_id, name=name)
        PlanDraft.objects.create(plan=plan, **_draft_fields(document, actor))
        if document.seats:
            _add_version(plan.pk, document.data, document.sha256, document.seats, actor)
    return plan.pk


def rename_plan(*, plan_id: int, name: str) -> None:
    """Raises: PlanNotFound, PlanError."""
    _require_name(name)
    if not SeatingPlan.objects.filter(pk=plan_id).update(name=name):
        raise PlanNotFound


def delete_plan(*, plan_id: int) -> None:
    """Delete a plan with its versions. Raises: PlanNotFound, PlanInUse."""
    with transaction.atomic():
        _locked_draft(plan_id)
        using = Event.objects.filter(plan_version__plan=plan_id).order_by("pk")
        if names := list(using.values_list("name", flat=True)[:10]):
            raise PlanInUse(events=names)
        SeatingPlan.objects.filter(pk=plan_id).delete()


def save_draft(*, plan_id: int, revision: int, document: Document, actor: Person) -> int:
    """Replace a plan's draft at `revision`, and return its new revision.

    If somebody has saved another document meanwhile, the one that was sent becomes a plan of its
    own. Raises: PlanNotFound, StalePlan.
    """
    with transaction.atomic():
        draft = _locked_draft(plan_id)
        if draft.sha256 == document.sha256:
            # Also the repetition of a save whose answer was lost.
            return draft.revision
        if draft.revision == revision:
            fields = _draft_fields(document, actor)
            PlanDraft.objects.filter(pk=plan_id).update(revision=revision + 1, **fields)
            return revision + 1
        copy_id = _keep_copy(draft, document, actor)
    raise StalePlan(
        revision=draft.revision,
        updated_by=draft.updated_by.get_username() if draft.updated_by else None,
        updated_at=iso(draft.updated_at),
        copy=copy_id,
    )


def save_version(*, plan_id: int, revision: int, actor: Person) -> SavedVersion:
    """Make a version of the draft at `revision`, or return the newest one if that is the same.

    Raises: PlanNotFound, StalePlan.
    """
    with transaction.atomic():
        draft = _locked_draft(plan_id)
        if draft.revision != revision:
            raise StalePlan(
                "Somebody else has saved this plan meanwhile. Load it again.",
                revision=draft.revision,
                updated_by=draft.updated_by.get_username() if draft.updated_by else None,
                updated_at=iso(draft.updated_at),
            )
        newest = PlanVersion.objects.filter(plan=plan_id).order_by("-number").defer("document")
        last = newest.first()
        if last is not None and last.sha256 == draft.sha256:
            return SavedVersion(last.number, is_new=False)
        data = bytes(draft.document)
        return SavedVersion(
            _add_version(plan_id, data, draft.sha256, draft.seats, actor), is_new=True
        )


def _locked_draft(plan_id: int) -> PlanDraft:
    """Raises: PlanNotFound."""
    drafts = PlanDraft.objects.select_for_update(of=("self",)).select_related("updated_by", "plan")
    draft = drafts.filter(pk=plan_id).first()
    if draft is None:
        raise PlanNotFound
    return draft


def _draft_fields(document: Document, actor: Person) -> dict[str, object]:
    return {
        "document": document.data,
        "sha256": document.sha256,
        "seats": document.seats,
        "updated_at": timezone.now(),
        "updated_by_id": actor.id,
    }


def _add_version(plan_id: int, data: bytes, sha256: str, seats: int, actor: Person) -> int:
    """The draft must be locked, or new."""
    versions = PlanVersion.objects.filter(plan=plan_id)
    number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
    PlanVersion.objects.create(
        plan_id=plan_id,
        number=number,
        document=data,
        sha256=sha256,
        seats=seats,
        created_by_id=actor.id,
    )
    return int(number)


def _keep_copy(draft: PlanDraft, document: Document, actor: Person) -> int:
    """Store a document that came too late as a plan of its own, and return that plan's id."""
    copied = f" (copy of {actor.name}, {timezone.now():%Y-%m-%d %H:%M} UTC)"
    name = draft.plan.name[: max(0, MAX_NAME_LENGTH - len(copied))] + copied
    plan = SeatingPlan.objects.create(
        organisation_id=draft.plan.organisation_id, name=name[:MAX_NAME_LENGTH]
    )
    PlanDraft.objects.create(plan=plan, **_draft_fields(document, actor))
    return plan.pk


def _require_name(name: str) -> None:
    """Raises: PlanError."""
    if not name.strip():
        raise PlanError(Fault("name", "must not be empty"))
    if len(name) > MAX_NAME_LENGTH:
        raise PlanError(Fault("name", f"must have at most {MAX_NAME_LENGTH} characters"))
    if not is_clean(name):
        raise PlanError(Fault("name", "must not contain control characters"))
