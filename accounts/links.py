"""Links by which somebody who has forgotten their password chooses a new one."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User


class LinkIsBad(Exception):
    """The link was never given out, or was used, or is too old."""


class _Links(PasswordResetTokenGenerator):
    """Links are good for PASSWORD_RESET_TIMEOUT, until the password changes or somebody signs in.

    Or until everything that the person is signed in by is ended.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.generation}"


_links = _Links()


def link_fragment(person: User) -> str:
    """Return what follows the # in the address of the page on which a new password is chosen."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    return f"uid={uid}&token={_links.make_token(person)}"


def person_of_link(uid: str, token: str) -> User:
    """Return whose link it is. Raises: LinkIsBad."""
    try:
        pk = int(urlsafe_base64_decode(uid))
    except ValueError:
        raise LinkIsBad from None
    person = User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None
    if person is None or not _links.check_token(person, token):
        raise LinkIsBad
    return person
