"""The API of organisations: who belongs to them, and invitations."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import mail, mail_links
from accounts.api.base_views import current_user, parsed_body
from accounts.api.serializers import DoneSerializer
from accounts.api.views import InvalidLink
from accounts.client_ip import client_ip
from accounts.organisers import require_second_factor
from accounts.reauthentication import require_second_factor_if_set_up
from infrastructure.security_log.pagination import add_next_link
from organisations import selectors, services
from organisations.api.serializers import (
    InvitationSerializer,
    InvitationTokenSerializer,
    MemberSerializer,
    NewInvitationSerializer,
    NewOrganisationSerializer,
    OfferSerializer,
    OrganisationSerializer,
    PageSerializer,
    RoleSerializer,
)
from organisations.roles import Role
from reservations.api.permissions import HasPermission, require_permission, require_sight_of
from reservations.domain.errors import NotPermitted
from reservations.permissions import Permission

_OWNERS = {"x-permissions": [str(Permission.CHANGE_ORGANISATION)]}


class SeesOrganisation(IsAuthenticated):
    """Admits members of the path's organisation, and operators."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises: OrganisationNotFound; PermissionDenied without a required second factor."""
        if not super().has_permission(request, view):
            return False
        require_sight_of(request, organisation_id=view.kwargs["organisation_id"])
        return True


class OrganisationsView(APIView):
    @extend_schema(
        operation_id="organisations",
        parameters=[PageSerializer],
        responses={200: OrganisationSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """List one's organisations, in the order of their ids; operators see all.

        The `Link` header (RFC 8288) has the next page, if there is one.
        """
        query = PageSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = selectors.organisations(person=current_user(request), **query.validated_data)
        if page.organisations:
            require_second_factor(request.user)
        response = Response(page.organisations)
        if page.end is not None:
            add_next_link(response, request, after=str(page.end))
        return response

    @extend_schema(
        operation_id="create_organisation",
        request=NewOrganisationSerializer,
        responses={201: OrganisationSerializer},
        extensions={"x-permissions": [str(Permission.ADD_ORGANISATION)]},
    )
    def post(self, request: Request) -> Response:
        """Create an organisation, whose owner one becomes.

        SEATCAST_ORGANISATIONS says who may: anyone, or operators with the permission.
        """
        person = current_user(request)
        if not person.has_perm(Permission.ADD_ORGANISATION):
            raise NotPermitted
        require_second_factor(request.user)
        name = parsed_body(NewOrganisationSerializer, request)["name"]
        made = services.create(name=name, owner=person)
        return Response(selectors.organisation(organisation_id=made.pk, person=person), status=201)


class OrganisationView(APIView):
    def get_permissions(self) -> list[Any]:
        if self.request.method == "GET":
            return [SeesOrganisation()]
        return [HasPermission.to(Permission.CHANGE_ORGANISATION)()]

    @extend_schema(operation_id="organisation", responses=OrganisationSerializer)
    def get(self, request: Request, organisation_id: int) -> Response:
        """Return an organisation, with one's role and permissions in it."""
        return Response(_organisation(request, organisation_id))

    @extend_schema(
        operation_id="rename_organisation",
        request=NewOrganisationSerializer,
        responses=OrganisationSerializer,
        extensions=_OWNERS,
    )
    def patch(self, request: Request, organisation_id: int) -> Response:
        """Rename an organisation."""
        name = parsed_body(NewOrganisationSerializer, request)["name"]
        services.rename(organisation_id=organisation_id, name=name)
        return Response(_organisation(request, organisation_id))

    @extend_schema(
        operation_id="delete_organisation",
        request=None,
        responses={200: DoneSerializer},
        extensions=_OWNERS,
    )
    def delete(self, request: Request, organisation_id: int) -> Response:
        """Delete an organisation without events and seating plans."""
        _ = request.data  # refuses a malformed body
        services.delete(organisation_id=organisation_id)
        return Response({"success": True, "message": "Organisation deleted"})


class MembersView(APIView):
    permission_classes = (SeesOrganisation,)

    @extend_schema(operation_id="members", responses={200: MemberSerializer(many=True)})
    def get(self, request: Request, organisation_id: int) -> Response:  # noqa: ARG002
        """List the members of an organisation and their roles."""
        return Response(selectors.members(organisation_id=organisation_id))


class MemberView(APIView):
    permission_classes = (SeesOrganisation,)

    @extend_schema(
        operation_id="change_role",
        request=RoleSerializer,
        responses=MemberSerializer,
        extensions=_OWNERS,
    )
    def patch(self, request: Request, organisation_id: int, user_id: int) -> Response:
        """Change a member's role. The last owner stays one (`last_owner`)."""
        require_permission(request, Permission.CHANGE_ORGANISATION, organisation_id=organisation_id)
        member = services.change_role(
            organisation_id=organisation_id,
            user_id=user_id,
            role=Role(parsed_body(RoleSerializer, request)["role"]),
        )
        return Response(selectors.member_record(member))

    @extend_schema(
        operation_id="remove_member",
        request=None,
        responses={200: DoneSerializer},
        extensions=_OWNERS,
    )
    def delete(self, request: Request, organisation_id: int, user_id: int) -> Response:
        """Remove a member, or leave. The last owner cannot go (`last_owner`)."""
        _ = request.data  # refuses a malformed body
        if user_id != request.user.pk:
            require_permission(
                request, Permission.CHANGE_ORGANISATION, organisation_id=organisation_id
            )
        services.remove_member(organisation_id=organisation_id, user_id=user_id)
        return Response({"success": True, "message": "Member removed"})


class InvitationsView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_ORGANISATION),)

    @extend_schema(
        operation_id="invitations",
        responses={200: InvitationSerializer(many=True)},
        extensions=_OWNERS,
    )
    def get(self, request: Request, organisation_id: int) -> Response:  # noqa: ARG002
        """List the open invitations of an organisation, newest first."""
        return Response(selectors.invitations(organisation_id=organisation_id))

    @extend_schema(
        operation_id="invite",
        request=NewInvitationSerializer,
        responses={201: InvitationSerializer},
        extensions=_OWNERS,
    )
    def post(self, request: Request, organisation_id: int) -> Response:
        """Invite somebody by mail. The link is valid for seven days, and for any account.

        An open invitation to the same address is replaced, and its link ends.
        """
        body = parsed_body(NewInvitationSerializer, request)
        invitation = services.invite(
            organisation_id=organisation_id,
            inviter=current_user(request),
            email=body["email"],
            role=Role(body["role"]),
            language=mail.language_of_request(request),
            client=client_ip(request),
        )
        return Response(selectors.invitation_record(invitation), status=201)


class InvitationView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_ORGANISATION),)

    @extend_schema(
        operation_id="withdraw_invitation",
        request=None,
        responses={200: DoneSerializer},
        extensions=_OWNERS,
    )
    def delete(self, request: Request, organisation_id: int, invitation_id: int) -> Response:
        """Withdraw an open invitation; its link ends."""
        _ = request.data  # refuses a malformed body
        services.withdraw(organisation_id=organisation_id, invitation_id=invitation_id)
        return Response({"success": True, "message": "Invitation withdrawn"})


class CheckInvitationView(APIView):
    @extend_schema(
        operation_id="check_invitation",
        request=InvitationTokenSerializer,
        responses=OfferSerializer,
    )
    def post(self, request: Request) -> Response:
        """Return what a mailed invitation offers, without accepting it.

        Refused like accepting it.
        """
        return Response(services.offer(key=_key(request), person=current_user(request)))


class AcceptInvitationView(APIView):
    @extend_schema(
        operation_id="accept_invitation",
        request=InvitationTokenSerializer,
        responses=OrganisationSerializer,
    )
    def post(self, request: Request) -> Response:
        """Accept a mailed invitation with one's account; doing so twice changes nothing.

        Refused with `invalid_link`, `invitation_expired`, `invitation_used`,
        `invitation_withdrawn`, `already_member`, `too_many_members` or `too_many_organisations`.
        """
        person = current_user(request)
        require_second_factor_if_set_up(request, person)
        member = services.accept(key=_key(request), person=person)
        return Response(
            selectors.organisation(organisation_id=member.organisation_id, person=person)
        )


def _key(request: Request) -> str:
    """Return the key of the invitation in the body. Raises: ValidationError, InvalidLink."""
    try:
        return mail_links.key_by_invitation_link(
            parsed_body(InvitationTokenSerializer, request)["token"]
        )
    except mail_links.BadLink:
        raise InvalidLink from None


def _organisation(request: Request, organisation_id: int) -> selectors.OrganisationRecord:
    person = current_user(request)
    return selectors.organisation(organisation_id=organisation_id, person=person)
