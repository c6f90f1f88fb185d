"""Selectors of organisations' seating plans."""

from collections.abc import Iterable
from typing import Annotated, NamedTuple, TypedDict

from django.db.models import QuerySet

from reservations.domain.errors import EventNotFound
from reservations.domain.states import iso
from reservations.events.records import Timestamp, one_of
from reservations.models import Event, PlanDraft, PlanVersion, SeatingPlan
from reservations.plans.errors import PlanNotFound

Sha256 = Annotated[str, "SHA-256 of the document, in hexadecimal digits."]


class PlanEventRecord(TypedDict):
    id: int
    name: str


class PlanVersionRecord(TypedDict):
    number: int
    sha256: Sha256
    seats: int
    created_at: Timestamp
    created_by: str | None
    events: Annotated[list[PlanEventRecord], "The events that have their seats from it."]


class PlanDraftRecord(TypedDict):
    revision: Annotated[int, "For the If-Match of the next save."]
    sha256: Sha256
    seats: int
    updated_at: Timestamp
    updated_by: str | None


class SeatingPlanRecord(TypedDict):
    id: int
    organisation: int
    name: str
    created_at: Timestamp
    draft: PlanDraftRecord
    newest: PlanVersionRecord | None


class PlanNoteRecord(TypedDict):
    """What was changed to read a file."""

    code: Annotated[
        str,
        one_of(
            *("encoding", "columns_renamed", "columns_ignored", "degrees", "scaled", "moved"),
            *("ids_repaired", "labels_repaired"),
        ),
    ]
    sentence: str
    names: Annotated[str, "What the sentence names; empty if nothing."]


class NewPlanRecord(SeatingPlanRecord):
    notes: list[PlanNoteRecord]


class StoredDocument(NamedTuple):
    """A document's bytes, with what names them: the draft's revision or a version's SHA-256."""

    data: bytes
    tag: str


class StoredVersion(NamedTuple):
    id: int
    data: bytes


def organisation_of_event(*, event_id: int) -> int | None:
    """Return the id of an event's organisation; None without one. Raises: EventNotFound."""
    found = Event.objects.filter(pk=event_id).values_list("organisation_id", flat=True)
    for organisation_id in found:
        return organisation_id
    raise EventNotFound


def organisation_of(*, plan_id: int) -> int:
    """Return the id of a plan's organisation. Raises: PlanNotFound."""
    found = SeatingPlan.objects.filter(pk=plan_id).values_list("organisation_id", flat=True)
    for organisation_id in found:
        return organisation_id
    raise PlanNotFound


def plans(*, organisation_id: int) -> list[SeatingPlanRecord]:
    """Return the plans of an organisation, by name."""
    return _plan_records(SeatingPlan.objects.filter(organisation=organisation_id))


def plan(*, plan_id: int) -> SeatingPlanRecord:
    """Raises: PlanNotFound."""
    for record in _plan_records(SeatingPlan.objects.filter(pk=plan_id)):
        return record
    raise PlanNotFound


def versions(*, plan_id: int) -> list[PlanVersionRecord]:
    """Return the versions of a plan, the newest first."""
    found = PlanVersion.objects.filter(plan=plan_id).order_by("-number")
    return [record for _, record in _version_records(found)]


def version(*, plan_id: int, number: int) -> StoredVersion:
    """Return a version's id and document. Raises: PlanNotFound."""
    found = PlanVersion.objects.filter(plan=plan_id, number=number)
    for pk, data in found.values_list("pk", "document"):
        return StoredVersion(pk, bytes(data))
    raise PlanNotFound("This plan has no such version.")


def version_document(*, plan_id: int, number: int) -> StoredDocument:
    """Raises: PlanNotFound."""
    found = PlanVersion.objects.filter(plan=plan_id, number=number)
    for data, sha256 in found.values_list("document", "sha256"):
        return StoredDocument(bytes(data), sha256)
    raise PlanNotFound("This plan has no such version.")


def draft_document(*, plan_id: int) -> StoredDocument:
    """Raises: PlanNotFound."""
    found = PlanDraft.objects.filter(plan=plan_id).values_list("document", "revision")
    for data, revision in found:
        return StoredDocument(bytes(data), str(revision))
    raise PlanNotFound


def draft_sha256(*, plan_id: int) -> str:
    """Raises: PlanNotFound."""
    for sha256 in PlanDraft.objects.filter(plan=plan_id).values_list("sha256", flat=True):
        return sha256
    raise PlanNotFound


def _plan_records(found: Iterable[SeatingPlan]) -> list[SeatingPlanRecord]:
    stored = list(found)
    ids = [plan.pk for plan in stored]
    drafts = {
        draft.pk: draft
        for draft in PlanDraft.objects.filter(pk__in=ids)
        .select_related("updated_by")
        .defer("document")
    }
    newest = dict(
        _version_records(PlanVersion.objects.filter(plan__in=ids).order_by("plan_id", "number"))
    )
    return [
        {
            "id": plan.pk,
            "organisation": plan.organisation_id,
            "name": plan.name,
            "created_at": str(iso(plan.created_at)),
            "draft": _draft_record(drafts[plan.pk]),
            "newest": newest.get(plan.pk),
        }
        for plan in stored
    ]


def _draft_record(draft: PlanDraft) -> PlanDraftRecord:
    return {
        "revision": draft.revision,
        "sha256": draft.sha256,
        "seats": draft.seats,
        "updated_at": str(iso(draft.updated_at)),
        "updated_by": draft.updated_by.get_username() if draft.updated_by else None,
    }


def _version_records(found: QuerySet[PlanVersion]) -> list[tuple[int, PlanVersionRecord]]:
    """Return versions with the ids of their plans."""
    stored = list(found.select_related("created_by").defer("document"))
    using: dict[int, list[PlanEventRecord]] = {}
    events = Event.objects.filter(plan_version__in=[version.pk for version in stored])
    for version_id, event_id, name in events.order_by("pk").values_list(
        "plan_version_id", "pk", "name"
    ):
        using.setdefault(version_id, []).append({"id": event_id, "name": name})
    return [
        (
            version.plan_id,
            {
                "number": version.number,
                "sha256": version.sha256,
                "seats": version.seats,
                "created_at": str(iso(version.created_at)),
                "created_by": version.created_by.get_username() if version.created_by else None,
                "events": using.get(version.pk, []),
            },
        )
        for version in stored
    ]
