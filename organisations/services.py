"""Create organisations, and change who belongs to them.

Concurrency. Whatever changes members or invitations first locks the organisation's row, so that two
owners who leave at once do not leave it without one, and the caps hold. Where a person's number of
organisations counts, the person's row is locked before that.

Whoever loses a role loses what they delegated with it (`delegations`), in the same transaction. An
invitation is also refused if its sender may not invite any more when it is accepted, for whatever
reason: an account can be deactivated, and an operator's group can change.

Each change of a role is in the security log, in the same transaction.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.deletion import ProtectedError
from django.utils import timezone

from accounts import mail
from accounts.locked_rows import lock_current
from accounts.models import User
from infrastructure.security_log.log import Kind, record
from organisations import delegations
from organisations.errors import (
    AlreadyMember,
    GuestNeedsAccount,
    InvitationExpired,
    InvitationNotFound,
    InvitationUsed,
    InvitationWithdrawn,
    LastOwner,
    MemberNotFound,
    OrganisationInUse,
    OrganisationNotFound,
    TooManyInvitations,
    TooManyMembers,
    TooManyOrganisations,
)
from organisations.models import Invitation, Membership, Organisation, new_key
from organisations.roles import Role
from reservations.permissions import Permission, has_by_group, may

INVITATION_LIFETIME = timedelta(days=7)
MAX_ORGANISATIONS = 20
"""How many organisations one person can belong to."""

MAX_NEW_ORGANISATIONS = 3
"""How many organisations that no operator has released one person can own."""

MAX_MEMBERS = 200
MAX_INVITATIONS = 50
"""How many open invitations an organisation can have, expired ones included."""

# How long an invitation is kept after it has expired, to say what became of it.
_KEPT_FOR = timedelta(days=30)


def create(*, name: str, owner: User) -> Organisation:
    """Create an organisation.

    Unless its owner is an operator, its mail is limited until it is released. Raises:
    TooManyOrganisations.
    """
    limit = None
    if not has_by_group(owner, Permission.ADD_ORGANISATION):
        limit = settings.SEATCAST_MAIL_PER_NEW_ORGANISATION
    with transaction.atomic():
        _require_room_for_organisation(owner)
        if limit is not None:
            _require_few_new_organisations(owner)
        organisation = Organisation.objects.create(name=name, mails_per_day=limit)
        Membership.objects.create(organisation=organisation, user=owner, role=Role.OWNER)
        _record(Kind.ORGANISATION_CREATED, organisation, owner.pk, role=Role.OWNER)
    return organisation


def release(*, organisation_id: int, mails_per_day: int | None = None) -> None:
    """Lift the limit of an organisation's mail, or set another. Raises: OrganisationNotFound."""
    with transaction.atomic():
        organisation = _locked(organisation_id)
        organisation.mails_per_day = mails_per_day
        organisation.save(update_fields=["mails_per_day"])
        _record(Kind.ORGANISATION_RELEASED, organisation, mails_per_day=mails_per_day)


def rename(*, organisation_id: int, name: str) -> None:
    """Raises: OrganisationNotFound."""
    with transaction.atomic():
        organisation = _locked(organisation_id)
        if organisation.name == name:
            return
        before, organisation.name = organisation.name, name
        organisation.save(update_fields=["name"])
        _record(Kind.ORGANISATION_RENAMED, organisation, before=before)


def delete(*, organisation_id: int) -> None:
    """Delete an organisation without events and plans.

    Raises: OrganisationNotFound, OrganisationInUse.
    """
    with transaction.atomic():
        organisation = _locked(organisation_id)
        _record(Kind.ORGANISATION_DELETED, organisation)
        try:
            organisation.delete()
        except ProtectedError:
            raise OrganisationInUse from None


def change_role(*, organisation_id: int, user_id: int, role: Role) -> Membership:
    """Change a member's role. Raises: OrganisationNotFound, MemberNotFound, LastOwner."""
    with transaction.atomic():
        organisation = _locked(organisation_id)
        member = _member(organisation, user_id)
        before = member.role
        if before == role:
            return member
        if before == Role.OWNER:
            _require_another_owner(member)
        member.role = role
        member.save(update_fields=["role"])
        details = _withdrawn(organisation_id, user_id, role=role)
        _record(
            Kind.MEMBER_ROLE_CHANGED, organisation, user_id, before=before, role=role, **details
        )
    return member


def remove_member(*, organisation_id: int, user_id: int) -> None:
    """Remove a member, or let one leave.

    Raises: OrganisationNotFound, MemberNotFound, LastOwner.
    """
    with transaction.atomic():
        organisation = _locked(organisation_id)
        member = _member(organisation, user_id)
        if member.role == Role.OWNER:
            _require_another_owner(member)
        end_membership(member)


def end_membership(member: Membership) -> None:
    """End a membership, and withdraw what the member delegated, in the caller's transaction."""
    organisation, user_id = member.organisation, member.user_id
    member.delete()
    details = _withdrawn(organisation.pk, user_id, role=None)
    _record(Kind.MEMBER_REMOVED, organisation, user_id, before=member.role, **details)


def invite(
    *, organisation_id: int, inviter: User, email: str, role: Role, language: str, client: str
) -> Invitation:
    """Invite an address by mail; an open invitation to it is replaced, and its link ends.

    Raises: OrganisationNotFound, TooManyInvitations, TooManyMembers, TooMuchMail.
    """
    with transaction.atomic():
        organisation = _locked(organisation_id)
        _require_room_for_member(organisation)
        pending = organisation.invitations.filter(accepted_at=None)
        invitation = pending.filter(email__iexact=email).first()
        if invitation is None and pending.count() >= MAX_INVITATIONS:
            raise TooManyInvitations
        invitation = invitation or Invitation(organisation=organisation)
        invitation.email, invitation.role, invitation.key = email, role, new_key()
        invitation.invited_by = inviter
        invitation.created_at = timezone.now()
        invitation.expires_at = invitation.created_at + INVITATION_LIFETIME
        invitation.save()
        mail.send_invitation(
            inviter,
            email,
            key=invitation.key,
            organisation=organisation.name,
            language=language,
            client=client,
        )
        _record(Kind.MEMBER_INVITED, organisation, invitation=invitation.pk, role=role)
    return invitation


def withdraw(*, organisation_id: int, invitation_id: int) -> None:
    """Withdraw an open invitation. Raises: OrganisationNotFound, InvitationNotFound."""
    with transaction.atomic():
        organisation = _locked(organisation_id)
        if not _withdraw(organisation.invitations.filter(pk=invitation_id)):
            raise InvitationNotFound


def withdraw_of(*, organisation_id: int, user_id: int) -> int:
    """Withdraw the open invitations that a person sent for an organisation; return how many."""
    sent = Invitation.objects.filter(organisation=organisation_id, invited_by=user_id)
    return _withdraw(sent)


def accept(*, key: str, person: User) -> Membership:
    """Make a person a member by an invitation. Accepting it twice changes nothing.

    Raises: InvitationWithdrawn, InvitationUsed, InvitationExpired, AlreadyMember, TooManyMembers,
    TooManyOrganisations, GuestNeedsAccount, NotAuthenticated.
    """
    with transaction.atomic():
        person = lock_current(person)
        found = Invitation.objects.filter(key=key).values_list("organisation", flat=True).first()
        if found is None:
            raise InvitationWithdrawn
        organisation = _locked(found)
        invitation = organisation.invitations.filter(key=key).first()
        if invitation is None:
            raise InvitationWithdrawn
        member = organisation.memberships.filter(user=person).first()
        _require_acceptable(invitation, person, member)
        if member is not None:
            return member
        _require_room_for_organisation(person)
        _require_room_for_member(organisation)
        member = Membership.objects.create(
            organisation=organisation, user=person, role=invitation.role
        )
        invitation.accepted_at, invitation.accepted_by = timezone.now(), person
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        _record(
            Kind.MEMBER_JOINED,
            organisation,
            person.pk,
            invitation=invitation.pk,
            role=invitation.role,
        )
    return member


def offer(*, key: str, person: User) -> dict[str, Any]:
    """Return what an invitation offers a person. Raises: as `accept`, except for the caps."""
    invitation = Invitation.objects.filter(key=key).select_related("organisation").first()
    if invitation is None:
        raise InvitationWithdrawn
    organisation = invitation.organisation
    member = organisation.memberships.filter(user=person).first()
    _require_acceptable(invitation, person, member)
    return {
        "organisation_id": organisation.pk,
        "organisation": organisation.name,
        "role": str(invitation.role),
        "is_accepted": member is not None,
    }


def prune_invitations() -> int:
    """Delete invitations that expired a month ago; return how many."""
    deleted, _ = Invitation.objects.filter(expires_at__lt=timezone.now() - _KEPT_FOR).delete()
    return deleted


def _withdrawn(organisation_id: int, user_id: int, *, role: Role | None) -> dict[str, Any]:
    """Withdraw what a person delegated and may not any more; return it as details for the log."""
    counts = delegations.withdraw_unpermitted(
        organisation_id=organisation_id, user_id=user_id, role=role
    )
    return {"withdrawn": counts} if counts else {}


def _withdraw(invitations: QuerySet[Invitation]) -> int:
    """Withdraw those of some invitations that are open; return how many."""
    found = list(invitations.filter(accepted_at=None).select_related("organisation"))
    for invitation in found:
        number = invitation.pk
        invitation.delete()
        _record(Kind.INVITATION_WITHDRAWN, invitation.organisation, invitation=number)
    return len(found)


def _require_acceptable(invitation: Invitation, person: User, member: Membership | None) -> None:
    if person.is_guest:
        raise GuestNeedsAccount
    if invitation.accepted_at is not None:
        if invitation.accepted_by_id != person.pk or member is None:
            raise InvitationUsed
        return
    if member is not None:
        raise AlreadyMember
    if invitation.expires_at <= timezone.now():
        raise InvitationExpired
    if not may(
        invitation.invited_by_id,
        Permission.CHANGE_ORGANISATION,
        organisation_id=invitation.organisation_id,
    ):
        raise InvitationWithdrawn


def _locked(organisation_id: int) -> Organisation:
    """Lock an organisation's row. Raises: OrganisationNotFound."""
    rows = Organisation.objects.select_for_update(no_key=True)
    found: Organisation | None = rows.filter(pk=organisation_id).first()
    if found is None:
        raise OrganisationNotFound
    return found


def _member(organisation: Organisation, user_id: int) -> Membership:
    found = organisation.memberships.filter(user=user_id).select_related("user").first()
    if found is None:
        raise MemberNotFound
    return found


def _require_another_owner(member: Membership) -> None:
    """Require another owner, whose account is active. Raises: LastOwner."""
    others = Membership.objects.filter(
        organisation=member.organisation_id, role=Role.OWNER, user__is_active=True
    )
    if not others.exclude(pk=member.pk).exists():
        raise LastOwner


def _require_room_for_organisation(person: User) -> None:
    """Lock a person's row, and require that they can belong to one more organisation."""
    lock_current(person)
    if Membership.objects.filter(user=person).count() >= MAX_ORGANISATIONS:
        raise TooManyOrganisations


def _require_few_new_organisations(owner: User) -> None:
    """Raises: TooManyOrganisations. The owner's row is locked."""
    own = Membership.objects.filter(user=owner, role=Role.OWNER)
    if own.filter(organisation__mails_per_day__isnull=False).count() >= MAX_NEW_ORGANISATIONS:
        raise TooManyOrganisations


def _require_room_for_member(organisation: Organisation) -> None:
    if organisation.memberships.count() >= MAX_MEMBERS:
        raise TooManyMembers


def _record(
    kind: Kind, organisation: Organisation, subject_id: int | None = None, **details: Any
) -> None:
    named = {"organisation": organisation.pk, "name": organisation.name}
    record(
        kind,
        subject_id=subject_id,
        organisation_id=organisation.pk,
        details={**named, **details},
    )
