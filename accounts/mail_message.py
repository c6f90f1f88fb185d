"""Make messages: the text of a mail, the same as HTML, and what is attached to it."""

from collections.abc import Sequence
from copy import copy
from email.mime.image import MIMEImage
from email.mime.text import MIMEText
from email.utils import parseaddr
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac

from accounts import mail_templates
from accounts.models import Mail, User
from accounts.ticket_files import ticket_files
from accounts.usernames import harmless_words

_WITH_TICKET = (
    *(Mail.Kind.BOOKED, Mail.Kind.PAID, Mail.Kind.REMINDER, Mail.Kind.CHANGED_EVENT),
    *(Mail.Kind.SEATS, Mail.Kind.BOOKING),
)
_OPEN = {"en": "Open", "de": "Öffnen"}
_TICKET = {"en": "QR code of your ticket", "de": "QR-Code Ihres Tickets"}


class _Part(NamedTuple):
    """A paragraph: lines of text, or a link."""

    lines: Sequence[str]
    link: str = ""
    label: str = ""


def message_of(mail: Mail, people: Sequence[User], *, to: str) -> EmailMultiAlternatives:
    """Return the message of a mail, with its ticket if it is about a booking that has one.

    Its Message-ID is the same each time, so that a second copy can be recognised.
    """
    language = (people[0].language if people else "") or mail.language
    mail = _with_seats_in_words(mail)
    qr = pdf = None
    if mail.kind in _WITH_TICKET:
        site = settings.SEATCAST_SITE_URL.rstrip("/")
        number = mail.details["booking"]
        files = ticket_files()
        qr = files.ticket_qr(public_id=number, site=site)
        pdf = files.ticket_pdf(public_id=number, site=site, language=language)
    subject, body = mail_templates.render(mail, people)
    message = EmailMultiAlternatives(
        subject,
        body,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers={"Message-ID": _message_id(mail)},
    )
    message.attach_alternative(
        html_of(subject, body, language=language, has_ticket=qr is not None), "text/html"
    )
    if qr is not None:
        # Django's attribute, which its stubs do not know.
        message.mixed_subtype = "related"  # type: ignore[attr-defined]
        image = MIMEImage(qr, "png")
        image.add_header("Content-ID", "<ticket>")
        image.add_header("Content-Disposition", "inline", filename="ticket.png")
        message.attach(image)
    if pdf is not None:
        message.attach("ticket.pdf", pdf, "application/pdf")
    if mail.kind in mail_templates.ABOUT_BOOKINGS:
        _attach_calendar(message, mail, people)
    return message


def _with_seats_in_words(mail: Mail) -> Mail:
    """Return a mail about a booking with its seats in words, by language."""
    if not mail.details.get("seats"):
        return mail
    seats = ticket_files().seats(public_id=mail.details["booking"])
    named = copy(mail)
    named.details = {**mail.details, "seats": seats or mail.details["seats"]}
    return named


def _attach_calendar(message: EmailMultiAlternatives, mail: Mail, people: Sequence[User]) -> None:
    """Attach the entry of a booking's event, or what removes it from the calendar."""
    found = ticket_files().calendar_file(
        public_id=mail.details["booking"],
        url=mail_templates.booking_link(mail, people),
        host=urlsplit(settings.SEATCAST_SITE_URL).hostname or "seatcast",
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        worded=harmless_words,
    )
    if found is None:
        return
    part = MIMEText(found.text, "calendar", "utf-8")
    part.set_param("method", found.method)
    part.add_header("Content-Disposition", "attachment", filename="event.ics")
    message.attach(part)


def html_of(subject: str, body: str, *, language: str, has_ticket: bool = False) -> str:
    """Return a text as HTML: each paragraph, and a button for a line that is a link."""
    known = language if language in _OPEN else mail_templates.LANGUAGES[0]
    context: dict[str, Any] = {
        "subject": subject,
        "language": known,
        "parts": [_part(each, known) for each in body.strip().split("\n\n")],
        "has_ticket": has_ticket,
        "ticket_label": _TICKET[known],
    }
    return render_to_string("accounts/mail.html", context)


def _message_id(mail: Mail) -> str:
    """Return the same id for each attempt, which does not tell how many mails there are."""
    name = salted_hmac("accounts.mail_message", str(mail.pk), algorithm="sha256").hexdigest()
    host = urlsplit(settings.SEATCAST_SITE_URL).hostname or "seatcast"
    return f"<{name[:32]}@{host}>"


def _part(paragraph: str, language: str) -> _Part:
    lines = paragraph.strip().split("\n")
    if len(lines) == 1 and _is_link(lines[0]):
        return _Part((), lines[0], _OPEN[language])
    return _Part(lines)


def _is_link(line: str) -> bool:
    return line.startswith(("https://", "http://")) and " " not in line
