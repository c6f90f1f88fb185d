"""Lock a person's row before a link or a credential is checked against it.

A link, a session or a token says something about a row: this address, this password, not revoked.
What was read before the lock may have changed since, so a check of it proves nothing. Whatever
changes a person by such a proof calls one of these functions first, in its transaction, and checks
and writes the returned row only.
"""

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import NotAuthenticated

from accounts.mail_links import BadLink, key_of_uid
from accounts.models import User


def lock_linked(uid: str) -> User:
    """Lock the row of the active person whose id is in a link. Raises: BadLink."""
    person = _rows().filter(pk=key_of_uid(uid)).first()
    if person is None:
        raise BadLink
    return person


def lock_current(person: User) -> User:
    """Lock the row of the person of a request, loaded before; return the row as it is now.

    Raises: NotAuthenticated if the person's sessions and tokens were revoked since `person` was
    loaded: by a new password, by signing out everywhere, or by the first use of a guest's link.
    """
    locked = _rows().filter(pk=person.pk).first()
    if locked is None or not constant_time_compare(
        locked.get_session_auth_hash(), person.get_session_auth_hash()
    ):
        raise NotAuthenticated
    return locked


def _rows() -> QuerySet[User]:
    return User.objects.select_for_update(no_key=True).filter(is_active=True)
