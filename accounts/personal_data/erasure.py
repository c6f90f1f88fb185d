"""Erase people, at their own request or after SEATCAST_RETENTION_DAYS without use.

The account becomes a placeholder: an inactive row without name, addresses, password, second factors
and permissions. Bookings, payments and the change log stay as records of what was sold, and refer
to the placeholder. The security log stays as it is: it refers to people by primary key.

An erasure has three steps, each of which can be repeated: close the account (one transaction; from
then on nobody can sign in, and all credentials are revoked); release locks, through the command
queue; delete the rest (one transaction). `manage.py erase_accounts`, run by housekeeping, finishes
what a process that dies in between leaves.

Concurrency: the first and the last step lock the person's row, and do nothing the second time.
"""

import logging
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import (
    Authenticator,
    Challenge,
    Erasure,
    Family,
    Mail,
    Passkey,
    RecoveryCode,
    SignIn,
    User,
)
from accounts.personal_data.sources import sources
from infrastructure.security_log.log import Kind, record

PLACEHOLDER = "deleted-"
GUEST_DAYS = 90
"""After how many days without use guests are erased."""
BATCH_PEOPLE = 500

logger = logging.getLogger(__name__)


def close(person: User, cause: Erasure.Cause) -> None:
    """Start an erasure: deactivate the account and revoke its credentials."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=person.pk)
        _, is_new = Erasure.objects.get_or_create(person=locked, defaults={"cause": cause})
        if not is_new:
            return
        locked.is_active = False
        locked.set_unusable_password()
        # The `post_save` receiver revokes all credentials.
        locked.save(update_fields=["is_active", "password"])


def finish(person_id: int) -> None:
    """Do the remaining steps of an erasure.

    Raises: the command queue's error when it is too busy; call it again then.
    """
    for source in sources():
        source.release(person_id=person_id)
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=person_id)
        erasure = Erasure.objects.get(person=person)
        if erasure.done_at is not None:
            return
        _delete_belongings(person)
        _anonymise(person)
        Erasure.objects.filter(pk=erasure.pk).update(done_at=timezone.now())
        actor_id = person.pk if erasure.cause == Erasure.Cause.ASKED else None
        details = {"cause": erasure.cause}
        record(Kind.PERSON_ERASED, actor_id=actor_id, subject_id=person.pk, details=details)


def finish_all() -> Iterator[bool]:
    """Finish all erasures that were started; yield for each whether it succeeded."""
    for person_id in Erasure.objects.filter(done_at=None).values_list("pk", flat=True):
        try:
            finish(person_id)
        except Exception:
            # One failure must not hold up the others.
            logger.exception("The erasure of person %s is not finished", person_id)
            yield False
        else:
            yield True


def close_unused(*, unused_since: datetime, only_guests: bool = False) -> int:
    """Start the erasure of buyers who have not signed in since a moment; return how many.

    Organisers are kept, and so are buyers with a booking for an event since then.
    """
    closed, last = 0, 0
    unused = _unused(unused_since)
    if only_guests:
        unused = unused.filter(guest_since__isnull=False)
    while people := list(unused.filter(pk__gt=last)[:BATCH_PEOPLE]):
        last = people[-1].pk
        ids = [person.pk for person in people]
        kept = {
            person_id
            for source in sources()
            for person_id in source.used_since(person_ids=ids, moment=unused_since)
        }
        for person in people:
            if person.pk not in kept:
                close(person, Erasure.Cause.RETENTION)
                closed += 1
    return closed


def retention_cut(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def _unused(moment: datetime) -> QuerySet[User]:
    organisers = (
        Q(is_staff=True)
        | Q(is_superuser=True)
        | Q(pk__in=User.objects.filter(user_permissions__isnull=False).values("pk"))
        | Q(pk__in=User.objects.filter(groups__permissions__isnull=False).values("pk"))
    )
    return (
        User.objects.filter(Q(last_login=None) | Q(last_login__lt=moment), date_joined__lt=moment)
        .exclude(organisers)
        .exclude(pk__in=Erasure.objects.values("pk"))
        .exclude(pk__in=SignIn.objects.filter(seen_at__gte=moment).values("person"))
        .order_by("pk")
    )


def _delete_belongings(person: User) -> None:
    keys = SignIn.objects.filter(person=person).exclude(session_key="")
    Session.objects.filter(pk__in=list(keys.values_list("session_key", flat=True))).delete()
    for model in (SignIn, Family, Authenticator, Passkey, RecoveryCode, Challenge):
        model._default_manager.filter(person=person).delete()
    mine = Q(person=person)
    if person.email:
        mine |= Q(address__iexact=person.email)
    Mail.objects.filter(mine).delete()
    person.groups.clear()
    person.user_permissions.clear()


def _anonymise(person: User) -> None:
    person.username = f"{PLACEHOLDER}{secrets.token_hex(6)}"
    person.first_name = person.last_name = person.email = person.new_email = ""
    person.language = ""
    person.email_verified_at = person.second_factor_since = person.last_login = None
    person.is_active = person.is_staff = person.is_superuser = False
    person.date_joined = timezone.now()
    person.set_unusable_password()
    person.save()
    # The admin's log has the account's name.
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=kind, object_id=str(person.pk)).update(
        object_repr=person.username
    )
