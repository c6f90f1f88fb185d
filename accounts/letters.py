"""What mails say, in English and in German."""

from django.conf import settings

from accounts.links import link_fragment
from accounts.models import Mail, User

LANGUAGES = ("en", "de")

_LINK = {
    "en": (
        "Choose a new password",
        """Hello {name},

somebody, probably you, asked for a new password for your account. Choose one here, within the
next hour:

{link}

The link works once. If it was not you, do nothing: your password stays as it is.
""",
    ),
    "de": (
        "Neues Passwort wählen",
        """Guten Tag {name},

jemand, vermutlich Sie, hat ein neues Passwort für Ihr Konto angefordert. Wählen Sie es innerhalb
der nächsten Stunde hier:

{link}

Der Link gilt einmal. Wenn Sie es nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es
ist.
""",
    ),
}
_CHANGED = {
    "en": (
        "Your password was changed",
        """Hello {name},

the password of your account was changed just now, and whoever was signed in with the old one is
signed out. If it was not you, choose a new one at once:

{site}/password/reset
""",
    ),
    "de": (
        "Ihr Passwort wurde geändert",
        """Guten Tag {name},

das Passwort Ihres Kontos wurde soeben geändert, und wer mit dem alten angemeldet war, ist
abgemeldet. Wenn Sie es nicht waren, wählen Sie sofort ein neues:

{site}/password/reset
""",
    ),
}


def write(mail: Mail, person: User) -> tuple[str, str]:
    """Return the subject and the body of a mail to a person."""
    site = settings.SEATCAST_SITE_URL.rstrip("/")
    texts = _LINK if mail.kind == Mail.Kind.LINK else _CHANGED
    subject, body = texts[mail.language]
    link = f"{site}/password/reset#{link_fragment(person)}"
    return subject, body.format(name=person.username, site=site, link=link)
