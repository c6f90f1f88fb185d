"""Links that are mailed: to choose a new password by, and to show that an address is one's own.

A link of the second kind is good for ADDRESS_LINK_SECONDS and for one address of one account, and
is worth nothing once the password is another, or everything that the person was signed in by was
ended.
"""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User

ADDRESS_LINK_SECONDS = 24 * 60 * 60
_ADDRESS_SALT = "accounts.links.address"


class BadLink(Exception):
    """The link was never given out, or was used, or is too old."""


class _PasswordLinks(PasswordResetTokenGenerator):
    """Links are good for PASSWORD_RESET_TIMEOUT, until the password changes or somebody signs in.

    Or until everything that the person is signed in by is ended.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.generation}"


_password_links = _PasswordLinks()


def password_fragment(person: User) -> str:
    """Return what follows the # in the address of the page on which a new password is chosen."""
    return f"uid={encode_uid(person)}&token={_password_links.make_token(person)}"


def encode_uid(person: User) -> str:
    """Return what a link calls a person."""
    return urlsafe_base64_encode(force_bytes(person.pk))


def person_by_uid(uid: str) -> User:
    """Return whom a link calls so, if they may sign in. Raises: LinkIsBad."""
    try:
        pk = int(urlsafe_base64_decode(uid))
    except ValueError:
        raise BadLink from None
    person = User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None
    if person is None:
        raise BadLink
    return person


def person_by_password_link(uid: str, token: str) -> User:
    """Return whose link for a new password it is. Raises: LinkIsBad."""
    person = person_by_uid(uid)
    if not _password_links.check_token(person, token):
        raise BadLink
    return person


def address_fragment(person: User, address: str) -> str:
    """Return what follows the # in the address of the page on which an address is confirmed."""
    token = signing.dumps(_address_digest(person, address), salt=_ADDRESS_SALT)
    return f"uid={encode_uid(person)}&token={token}"


def address_by_link(person: User, token: str) -> str:
    """Return which of the addresses that wait for it a link is for. Raises: LinkIsBad."""
    try:
        digest = str(signing.loads(token, salt=_ADDRESS_SALT, max_age=ADDRESS_LINK_SECONDS))
    except (signing.BadSignature, ValueError):
        raise BadLink from None
    waiting = [person.new_email, "" if person.email_verified_at else person.email]
    for address in filter(None, waiting):
        if constant_time_compare(digest, _address_digest(person, address)):
            return address
    raise BadLink


def _address_digest(person: User, address: str) -> str:
    said = (person.pk, address, person.email, person.password, person.generation)
    return salted_hmac(_ADDRESS_SALT, repr(said), algorithm="sha256").hexdigest()
