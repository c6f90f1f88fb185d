"""Export all data that is stored about a person (GDPR, articles 15 and 20)."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import Mail, User
from accounts.personal_data.sources import sources
from accounts.second_factor import factors
from accounts.sign_ins import tracking
from infrastructure.security_log.models import SecurityEvent

MOST_LOG_ROWS = 5_000


def export_data(person: User) -> dict[str, Any]:
    """Return a person's data, without secrets such as passwords and keys."""
    found: dict[str, Any] = {
        "exported_at": timezone.now(),
        "account": _account(person),
        "groups": sorted(person.groups.values_list("name", flat=True)),
        "second_factor": factors.as_dict(person),
        "sessions": tracking.as_dicts(list(tracking.active_sign_ins(person)), None),
        "mail_of_the_last_day": list(_mail(person)),
        "security_log": _security_log(person),
    }
    for source in sources():
        found.update(source.exported(person_id=person.pk))
    return found


def _account(person: User) -> dict[str, Any]:
    return {
        "user_id": person.pk,
        "username": person.username,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
        "email_verified_at": person.email_verified_at,
        "new_email": person.new_email,
        "language": person.language,
        "guest_since": person.guest_since,
        "date_joined": person.date_joined,
        "last_login": person.last_login,
        "is_staff": person.is_staff,
    }


def _mail(person: User) -> Any:
    mine = Q(person=person)
    if person.email:
        mine |= Q(address__iexact=person.email)
    return Mail.objects.filter(mine).values("kind", "address", "language", "created_at", "done_at")


def _security_log(person: User) -> dict[str, Any]:
    """Return the newest rows about a person, without the actors and addresses of other people."""
    found = SecurityEvent.objects.filter(Q(subject_id=person.pk) | Q(actor_id=person.pk))
    rows = list(found[: MOST_LOG_ROWS + 1])
    return {
        "rows": [_log_row(row, person) for row in rows[:MOST_LOG_ROWS]],
        "is_complete": len(rows) <= MOST_LOG_ROWS,
    }


def _log_row(row: SecurityEvent, person: User) -> dict[str, Any]:
    data = row.as_json()
    if row.actor_id != person.pk:
        # The actor's address is that person's data.
        data |= {"actor_id": None, "address": ""}
    return data
