"""The errors with which organisations are refused to be seen or changed."""

from rest_framework.exceptions import APIException, NotFound


class Refused(APIException):
    """The state of the organisation does not allow it."""

    status_code = 409
    default_code = "conflict"


class OrganisationNotFound(NotFound):
    """It does not exist, or the requester may not know that it does."""

    default_code = "organisation_not_found"
    default_detail = "There is no such organisation."


class MemberNotFound(NotFound):
    default_code = "member_not_found"
    default_detail = "This person is not a member of the organisation."


class InvitationNotFound(NotFound):
    default_code = "invitation_not_found"
    default_detail = "There is no such invitation. It may have been accepted or withdrawn."


class LastOwner(Refused):
    default_code = "last_owner"
    default_detail = "An organisation always has an owner. Make another member an owner first."


class AlreadyMember(Refused):
    default_code = "already_member"
    default_detail = "You are a member already. Your role stays as it is."


class GuestNeedsAccount(Refused):
    default_code = "guest_needs_account"
    default_detail = "Make an account first: guests cannot be members."


class InvitationExpired(Refused):
    default_code = "invitation_expired"
    default_detail = "This invitation has expired. Ask for another one."


class InvitationUsed(Refused):
    default_code = "invitation_used"
    default_detail = "This invitation was accepted by somebody else. Ask for another one."


class InvitationWithdrawn(Refused):
    default_code = "invitation_withdrawn"
    default_detail = "This invitation was withdrawn, or replaced by a newer one."


class OrganisationInUse(Refused):
    default_code = "organisation_in_use"
    default_detail = "This organisation has events or seating plans, so it cannot be deleted."


class TooManyOrganisations(Refused):
    default_code = "too_many_organisations"
    default_detail = "You belong to as many organisations as one person can."


class TooManyMembers(Refused):
    default_code = "too_many_members"
    default_detail = "This organisation has as many members as it can."


class TooManyInvitations(Refused):
    default_code = "too_many_invitations"
    default_detail = "As many invitations are open as an organisation can have. Withdraw some."
