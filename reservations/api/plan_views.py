"""The API of seating plans: those of organisations, their drafts and versions."""

import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.text import slugify
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from infrastructure.security_log.second_factors import require_powers
from infrastructure.slow_work.database import without_database
from infrastructure.slow_work.kinds import PLAN
from infrastructure.slow_work.turns import place, turn
from organisations.errors import OrganisationNotFound
from reservations.api.permissions import HasPermission
from reservations.api.plan_parsing import CsvBodyParser, PlanBodyParser
from reservations.api.plan_serializers import (
    DeletedPlanSerializer,
    ExportQuerySerializer,
    NewPlanQuerySerializer,
    NewPlanSerializer,
    PlanChangesSerializer,
    PlanCheckSerializer,
    PlanDraftSerializer,
    PlanNameSerializer,
    PlanPreviewSerializer,
    PlanVersionSerializer,
    PreviewQuerySerializer,
    PutPlanSerializer,
    RevisionSerializer,
    SeatingPlanSerializer,
)
from reservations.api.requests import actor, requester
from reservations.api.serializers import MiniatureSerializer, RefusalSerializer
from reservations.demo.templates import template
from reservations.domain.errors import NotPermitted
from reservations.events import access
from reservations.organising import (
    plan_library,
    plan_miniatures,
    plan_previews,
    plan_records,
    replacing,
)
from reservations.organising.plan_changes import plan_changes
from reservations.permissions import Permission, may, sees_organisation
from reservations.plans import document
from reservations.plans.check import Severity, check
from reservations.plans.csv_format.reading import read_csv
from reservations.plans.csv_format.writing import write_csv
from reservations.plans.errors import Fault, PlanConflicts, PlanError, PlanNotFound
from reservations.plans.plan import Plan
from reservations.plans.pretix import plan_of
from reservations.plans.pretix_export import pretix_document
from reservations.plans.pretix_format import MAX_FAULTS
from reservations.plans.repairing import repaired
from reservations.runtime.throttles import throttle

# A proxy that compresses adds the encoding to the tag.
_REVISION = re.compile(r'(?:W/)?"([0-9]{1,18})(?:-[a-z]+)?"')
_CONFLICT = OpenApiResponse(RefusalSerializer, "The state of the plan does not allow it.")
_IF_MATCH = OpenApiParameter(
    name="If-Match",
    type=OpenApiTypes.STR,
    location=OpenApiParameter.HEADER,
    required=True,
    description='The revision that was edited, in quotation marks: `"7"`.',
)
_READING = (Permission.VIEW_EVENT, Permission.CHANGE_EVENT)
_WRITING = (Permission.CHANGE_EVENT,)
_WRITERS = {"pretix": pretix_document, "csv": write_csv}
_JSON_FILE = ("json", "application/json")
_FOR_READING = {"x-permissions": [str(each) for each in _READING]}
_FOR_WRITING = {"x-permissions": [str(each) for each in _WRITING]}
_DOCUMENT = {(200, "application/json"): OpenApiTypes.OBJECT}


class OrganisationPlansView(APIView):
    """The seating plans of an organisation."""

    permission_classes: Sequence[Any] = (IsAuthenticated,)
    parser_classes = (PlanBodyParser, CsvBodyParser)

    def get_throttles(self) -> list[Any]:
        return _throttles(self.request, super().get_throttles())

    @extend_schema(
        operation_id="plans", responses=SeatingPlanSerializer(many=True), extensions=_FOR_READING
    )
    def get(self, request: Request, organisation_id: int) -> Response:
        """List the seating plans of an organisation, by name."""
        _require_organisation(request, organisation_id, *_READING)
        return Response(plan_records.plans(organisation_id=organisation_id))

    @extend_schema(
        operation_id="create_plan",
        extensions=_FOR_WRITING,
        parameters=[NewPlanQuerySerializer],
        request={"application/json": OpenApiTypes.OBJECT, "text/csv": OpenApiTypes.STR},
        responses={201: NewPlanSerializer},
    )
    def post(self, request: Request, organisation_id: int) -> Response:
        """Create a plan from a document: pretix's seating-plan JSON, or CSV.

        A document with seats becomes version 1 as well as the draft. The notes say what was changed
        to read it.
        """
        _require_organisation(request, organisation_id, *_WRITING)
        query = NewPlanQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        who = actor(request)
        asked = query.validated_data.get("name", "")
        with turn(PLAN, person=who.id):
            found = (
                document.read(template(query.validated_data["template"]))
                if "template" in query.validated_data
                else _document(request, name=asked)
            )
            if query.validated_data["repair"]:
                found = repaired(found)
        name = asked or found.found.name or "Untitled plan"
        plan_id = plan_library.create_plan(
            organisation_id=organisation_id, name=name, document=found, actor=who
        )
        notes = [note._asdict() for note in found.notes]
        return Response({**plan_records.plan(plan_id=plan_id), "notes": notes}, status=201)


class _PlanView(APIView):
    """A view of one plan, for those who may see or change its organisation's events."""

    permission_classes: Sequence[Any] = (IsAuthenticated,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        is_read = request.method in ("GET", "HEAD", "OPTIONS")
        _require_in(
            request,
            plan_records.organisation_of(plan_id=kwargs["plan_id"]),
            *(_READING if is_read else _WRITING),
            not_found=PlanNotFound,
        )


class PlanView(_PlanView):
    @extend_schema(operation_id="plan", responses=SeatingPlanSerializer, extensions=_FOR_READING)
    def get(self, request: Request, plan_id: int) -> Response:  # noqa: ARG002
        """Return a plan without its documents."""
        return Response(plan_records.plan(plan_id=plan_id))

    @extend_schema(
        operation_id="rename_plan",
        request=PlanNameSerializer,
        responses=SeatingPlanSerializer,
        extensions=_FOR_WRITING,
    )
    def patch(self, request: Request, plan_id: int) -> Response:
        """Rename a plan."""
        body = PlanNameSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        plan_library.rename_plan(plan_id=plan_id, name=body.validated_data["name"])
        return Response(plan_records.plan(plan_id=plan_id))

    @extend_schema(
        operation_id="delete_plan",
        request=None,
        responses={200: DeletedPlanSerializer, 409: _CONFLICT},
        extensions=_FOR_WRITING,
    )
    def delete(self, request: Request, plan_id: int) -> Response:
        """Delete a plan with its versions, unless events use it."""
        _ = request.data  # refuses a malformed body
        plan_library.delete_plan(plan_id=plan_id)
        return Response({"success": True, "message": "Plan deleted"})


class PlanDraftView(_PlanView):
    parser_classes = (PlanBodyParser,)

    def get_throttles(self) -> list[Any]:
        return _throttles(self.request, super().get_throttles())

    @extend_schema(operation_id="plan_draft", responses=_DOCUMENT, extensions=_FOR_READING)
    def get(self, request: Request, plan_id: int) -> HttpResponseBase:
        """Return the draft's document as it was sent; its revision is the ETag."""
        return _stored(request, plan_records.draft_document(plan_id=plan_id))

    @extend_schema(
        operation_id="save_plan_draft",
        parameters=[_IF_MATCH],
        request=OpenApiTypes.OBJECT,
        responses={200: PlanDraftSerializer, 409: _CONFLICT},
    )
    def put(self, request: Request, plan_id: int) -> Response:
        """Replace the draft at the revision of If-Match.

        If somebody else has saved it meanwhile, the answer is 409 `stale_plan` with that
        `revision`, `updated_by` and `updated_at`; the document that was sent is kept as a new plan,
        whose id is `copy`.
        """
        who = actor(request)
        with turn(PLAN, person=who.id):
            found = _document(request)
        plan_library.save_draft(
            plan_id=plan_id, revision=_revision(request), document=found, actor=who
        )
        return Response(plan_records.plan(plan_id=plan_id)["draft"])


class PlanVersionsView(_PlanView):
    @extend_schema(
        operation_id="plan_versions",
        responses=PlanVersionSerializer(many=True),
        extensions=_FOR_READING,
    )
    def get(self, request: Request, plan_id: int) -> Response:  # noqa: ARG002
        """List the versions of a plan, the newest first."""
        return Response(plan_records.versions(plan_id=plan_id))

    @extend_schema(
        operation_id="save_plan_version",
        extensions=_FOR_WRITING,
        request=RevisionSerializer,
        responses={200: PlanVersionSerializer, 201: PlanVersionSerializer, 409: _CONFLICT},
    )
    def post(self, request: Request, plan_id: int) -> Response:
        """Make a version of the draft; if it is the same as the newest one, return that (200)."""
        body = RevisionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        saved = plan_library.save_version(
            plan_id=plan_id, revision=body.validated_data["revision"], actor=actor(request)
        )
        [record] = [
            each
            for each in plan_records.versions(plan_id=plan_id)
            if each["number"] == saved.number
        ]
        return Response(record, status=201 if saved.is_new else 200)


class PlanVersionView(_PlanView):
    @extend_schema(operation_id="plan_version", responses=_DOCUMENT, extensions=_FOR_READING)
    def get(self, request: Request, plan_id: int, number: int) -> HttpResponseBase:
        """Return a version's document as it was sent; its SHA-256 is the ETag."""
        return _stored(request, plan_records.version_document(plan_id=plan_id, number=number))


class PlanExportView(_PlanView):
    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: ARG002
        """Use the renderer of JSON: the query's `format` is that of the file."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    @extend_schema(
        operation_id="export_plan",
        extensions=_FOR_READING,
        parameters=[ExportQuerySerializer],
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, plan_id: int, number: int) -> HttpResponseBase:
        """Return a version as a file.

        It is the document as it was sent, what of it pretix reads, or what it sells as CSV.
        """
        query = ExportQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        stored = plan_records.version_document(plan_id=plan_id, number=number)
        data, wanted = stored.data, query.validated_data["format"]
        if write := _WRITERS.get(wanted):
            with turn(PLAN, person=actor(request).id):
                data = write(document.read(stored.data))
        suffix, kind = ("csv", "text/csv; charset=utf-8") if wanted == "csv" else _JSON_FILE
        name = slugify(plan_records.plan(plan_id=plan_id)["name"]) or "plan"
        disposition = f'attachment; filename="{name}-{number}.{suffix}"'
        return HttpResponse(data, content_type=kind, headers={"Content-Disposition": disposition})


class PlanPreviewView(_PlanView):
    def get_throttles(self) -> list[Any]:
        return [*super().get_throttles(), throttle("plan")]

    @extend_schema(
        operation_id="plan_preview",
        extensions=_FOR_READING,
        parameters=[PreviewQuerySerializer],
        responses=PlanPreviewSerializer,
    )
    def get(self, request: Request, plan_id: int) -> Response:
        """Return the draft, or a version, as buyers would see it, and what is wrong with it.

        `plan` and `layout` are as those of an event, with `ids` that count from 1; they are null if
        the document cannot be put onto an event at all.
        """
        query = PreviewQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        number = query.validated_data.get("version")
        stored = (
            plan_records.draft_document(plan_id=plan_id)
            if number is None
            else plan_records.version_document(plan_id=plan_id, number=number)
        )
        with turn(PLAN, person=actor(request).id):
            return Response(plan_previews.preview(document.read(stored.data)))


class PlanMiniatureView(_PlanView):
    @extend_schema(
        operation_id="plan_miniature", responses=MiniatureSerializer, extensions=_FOR_READING
    )
    def get(self, request: Request, plan_id: int) -> HttpResponseBase:
        """Return the draft as some hundred points, for a small picture."""
        found = plan_miniatures.plan_miniature(plan_id=plan_id)
        return _stored(request, plan_records.StoredDocument(found.content, found.tag))


class CheckPlanView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_EVENT),)
    parser_classes = (PlanBodyParser,)

    def get_throttles(self) -> list[Any]:
        return [*super().get_throttles(), throttle("plan")]

    @extend_schema(
        operation_id="check_plan",
        request=OpenApiTypes.OBJECT,
        responses=PlanCheckSerializer,
        extensions=_FOR_WRITING,
    )
    def post(self, request: Request) -> Response:
        """Return what is wrong with a document, errors first. It is not stored."""
        with turn(PLAN, person=actor(request).id):
            return Response(plan_previews.problems_of(check(_document(request))))


class EventPlanView(APIView):
    permission_classes: Sequence[Any] = (IsAuthenticated,)

    def get_throttles(self) -> list[Any]:
        return [*super().get_throttles(), throttle("plan")]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        event_id = kwargs["event_id"]
        access.require_access(event_id=event_id, requester=requester(request))
        if not may(actor(request).id, Permission.CHANGE_EVENT, event_id=event_id):
            raise NotPermitted
        require_powers(request.user)

    @extend_schema(
        operation_id="put_plan_on_event",
        request=PutPlanSerializer,
        responses={200: PlanChangesSerializer, 409: _CONFLICT},
        extensions=_FOR_WRITING,
    )
    def post(self, request: Request, event_id: int) -> Response:
        """Put a version of a plan onto an event, which may be on sale.

        Seats are matched by `seat_guid`. Held, sold and blocked seats that the version would
        remove, rename or sell for another price stand in the way: the answer is 409
        `plan_conflicts` with the same body as a dry run, and nothing is changed. A version with
        errors is 400 `plan_broken`.
        """
        body = PutPlanSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked, who = body.validated_data, actor(request)
        _require_same_organisation(request, event_id=event_id, plan_id=asked["plan"])
        version = plan_records.version(plan_id=asked["plan"], number=asked["version"])
        # The whole plan is in memory until it is written.
        with place(PLAN, person=who.id):
            with without_database():
                plan = _plan_without_errors(version.data)
            keep, is_dry_run = asked.get("keep", []), asked["dry_run"]
            if is_dry_run:
                changes = replacing.preview_plan(event_id=event_id, plan=plan, keep=keep)
            else:
                changes = replacing.put_plan(
                    event_id=event_id, plan=plan, version_id=version.id, keep=keep
                )
        is_done = not is_dry_run and not changes.in_the_way
        found = plan_changes(
            changes, event_id=event_id, plan=plan, person_id=who.id, is_done=is_done
        )
        if not is_dry_run and not is_done:
            raise PlanConflicts(**found)
        return Response(found)


def _require_same_organisation(request: Request, *, event_id: int, plan_id: int) -> None:
    """Raises: PlanNotFound if the plan is not one of the event's organisation."""
    owner = plan_records.organisation_of(plan_id=plan_id)
    _require_in(request, owner, *_READING, not_found=PlanNotFound)
    if plan_records.organisation_of_event(event_id=event_id) not in (owner, None):
        raise PlanNotFound


def _plan_without_errors(data: bytes) -> Plan:
    """Raises: PlanError with the errors of the check."""
    found = document.read(data)
    errors = [each for each in check(found) if each.severity is Severity.ERROR]
    if errors:
        raise PlanError(*(Fault(each.path, each.sentence) for each in errors[:MAX_FAULTS]))
    return plan_of(found.found)


def _throttles(request: Any, throttles: list[Any]) -> list[Any]:
    """Return the throttles of a request, with another one if it parses a plan."""
    return throttles if request.method == "GET" else [*throttles, throttle("plan")]


def _require_in(
    request: Request,
    organisation_id: int,
    *permissions: Permission,
    not_found: type[Exception],
) -> None:
    """Require one of the permissions for an organisation.

    Raises: `not_found` for those who may not see its events; NotPermitted, PermissionDenied.
    """
    person_id = actor(request).id
    if not may(person_id, *permissions, organisation_id=organisation_id):
        is_seen = may(person_id, *_READING, organisation_id=organisation_id)
        raise NotPermitted if is_seen else not_found
    require_powers(request.user)


def _require_organisation(request: Request, organisation_id: int, *permissions: Permission) -> None:
    """Raises: OrganisationNotFound for others than its members and operators; NotPermitted."""
    if not sees_organisation(actor(request).id, organisation_id=organisation_id):
        raise OrganisationNotFound
    _require_in(request, organisation_id, *permissions, not_found=NotPermitted)


def _document(request: Request, *, name: str = "") -> document.Document:
    """Read the document in the body; `name` is the plan's if it is CSV. Raises: PlanError."""
    data: Any = request.data
    # REST framework calls no parser for an empty body.
    sent = data if isinstance(data, bytes) else b""
    if (request.content_type or "").startswith(CsvBodyParser.media_type):
        return read_csv(sent, name=name)
    return document.read(sent)


def _revision(request: Request) -> int:
    """Return the revision of If-Match. Raises: ValidationError."""
    found = _REVISION.fullmatch(request.headers.get("If-Match", ""))
    if found is None:
        raise ValidationError({"If-Match": ['Must be the draft\'s revision, such as "7".']})
    return int(found.group(1))


def _stored(request: Request, stored: plan_records.StoredDocument) -> HttpResponseBase:
    etag = quote_etag(stored.tag)
    response = get_conditional_response(request._request, etag=etag)
    if response is None:
        response = HttpResponse(stored.data, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
