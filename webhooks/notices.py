"""Tell owners that an endpoint was disabled."""

from accounts.mail import Notice, notify_all
from accounts.models import Mail, User
from infrastructure.security_log.log import Kind, record
from organisations.models import Membership
from organisations.roles import Role
from webhooks.models import Endpoint


def endpoint_disabled(endpoint: Endpoint) -> None:
    """Queue a mail to the owners with a verified address, and log it, in the transaction."""
    owners = Membership.objects.filter(organisation=endpoint.organisation_id, role=Role.OWNER)
    people = User.objects.filter(
        pk__in=owners.values("user"), email_verified_at__isnull=False, is_active=True
    )
    details = {
        "organisation": str(endpoint.organisation_id),
        "organisation_name": endpoint.organisation.name,
        "why": str(endpoint.disabled_because),
    }
    notify_all(
        Notice(Mail(kind=Mail.Kind.WEBHOOK, address=person.email, person=person, details=details))
        for person in people
    )
    record(
        Kind.WEBHOOK_DISABLED,
        details={
            "organisation": endpoint.organisation_id,
            "endpoint": endpoint.pk,
            "reason": str(endpoint.disabled_because),
        },
    )
