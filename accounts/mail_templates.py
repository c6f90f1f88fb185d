"""The texts of mail, in English and in German.

Mail clients turn names such as www.evil.example into links, and anybody can choose a username. So a
username appears only in mail to a verified address, and only if no client can take it for a link.
Nor can a client do so with what organisers call an event, a venue, a seat or themselves: such words
go through `harmless_words`, and are left out if they look like a link or a telephone number.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from django.conf import settings

from accounts.mail_formats import amount_in, day_in, is_same_moment, stored_time, time_in
from accounts.mail_links import (
    address_fragment,
    guest_fragment,
    invitation_fragment,
    password_fragment,
)
from accounts.models import Mail, User
from accounts.ticket_files import ticket_files
from accounts.usernames import harmless_words, safe_in_mail

LANGUAGES = ("en", "de")

_TEMPLATES = {
    Mail.Kind.LINK: {
        "en": (
            "Choose a new password",
            """{hello}

somebody, probably you, asked for a new password for your account. Choose one here, within the \
next hour:

{links}

A link works once. If it was not you, do nothing: your password stays as it is.
""",
        ),
        "de": (
            "Neues Passwort wählen",
            """{hello}

jemand, vermutlich Sie, hat ein neues Passwort für Ihr Konto angefordert. Wählen Sie es innerhalb \
der nächsten Stunde hier:

{links}

Ein Link gilt einmal. Wenn Sie es nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es \
ist.
""",
        ),
    },
    Mail.Kind.CHANGED: {
        "en": (
            "Your password was changed",
            """{hello}

the password of your account was changed just now, and whoever was signed in with the old one is \
signed out. If it was not you, choose a new one at once:

{site}/password/forgotten
""",
        ),
        "de": (
            "Ihr Passwort wurde geändert",
            """{hello}

das Passwort Ihres Kontos wurde soeben geändert, und wer mit dem alten angemeldet war, ist \
abgemeldet. Wenn Sie es nicht waren, wählen Sie sofort ein neues:

{site}/password/forgotten
""",
        ),
    },
    Mail.Kind.VERIFY: {
        "en": (
            "Confirm your e-mail address",
            """Hello,

somebody, probably you, gave this address for an account at {host}. Confirm within a day that it \
is yours:

{verify}

If it was not you, do nothing: without your confirmation the address is not used.
""",
        ),
        "de": (
            "E-Mail-Adresse bestätigen",
            """Guten Tag,

jemand, vermutlich Sie, hat diese Adresse für ein Konto bei {host} angegeben. Bestätigen Sie \
innerhalb eines Tages, dass es Ihre ist:

{verify}

Wenn Sie es nicht waren, müssen Sie nichts tun: Ohne Ihre Bestätigung wird die Adresse nicht \
verwendet.
""",
        ),
    },
    Mail.Kind.MOVING: {
        "en": (
            "A new e-mail address for your account",
            """{hello}

somebody who knows your password asked for another e-mail address for your account. Nothing \
changes before the new address is confirmed. If it was not you, choose a new password now, which \
also stops this change:

{site}/password/forgotten
""",
        ),
        "de": (
            "Eine neue E-Mail-Adresse für Ihr Konto",
            """{hello}

jemand, der Ihr Passwort kennt, hat eine andere E-Mail-Adresse für Ihr Konto angegeben. Nichts \
ändert sich, bevor die neue Adresse bestätigt ist. Wenn Sie es nicht waren, wählen Sie jetzt ein \
neues Passwort, das auch diese Änderung verhindert:

{site}/password/forgotten
""",
        ),
    },
    Mail.Kind.MOVED: {
        "en": (
            "Your e-mail address was changed",
            """{hello}

another e-mail address was confirmed for your account. We write to that one from now on. If it \
was not you, tell the organiser.
""",
        ),
        "de": (
            "Ihre E-Mail-Adresse wurde geändert",
            """{hello}

für Ihr Konto wurde eine andere E-Mail-Adresse bestätigt. Wir schreiben von jetzt an dorthin. \
Wenn Sie es nicht waren, wenden Sie sich an den Veranstalter.
""",
        ),
    },
    Mail.Kind.INVITED: {
        "en": (
            "An invitation to organise events",
            """Hello,

{organisation} invites you to help with its events at {host}. Accept within seven days, with an \
account of yours or a new one:

{invitation}

If you do not know who this is, do nothing: nothing happens unless you accept.
""",
        ),
        "de": (
            "Einladung, Veranstaltungen zu organisieren",
            """Guten Tag,

{organisation} lädt Sie ein, bei Veranstaltungen auf {host} mitzuarbeiten. Nehmen Sie innerhalb \
von sieben Tagen an, mit Ihrem Konto oder einem neuen:

{invitation}

Wenn Sie nicht wissen, wer das ist, müssen Sie nichts tun: Ohne Ihre Zusage geschieht nichts.
""",
        ),
    },
    Mail.Kind.GUEST: {
        "en": (
            "Your bookings",
            """Hello,

somebody, probably you, bought at {host} without an account and gave this address. Open only what \
you booked yourself:

{links}

Whoever has such a link can see and cancel the booking. If it was not you, do nothing.
""",
        ),
        "de": (
            "Ihre Buchungen",
            """Guten Tag,

jemand, vermutlich Sie, hat bei {host} ohne Konto gekauft und diese Adresse angegeben. Öffnen Sie \
nur, was Sie selbst gebucht haben:

{links}

Wer einen solchen Link hat, kann die Buchung sehen und stornieren. Wenn Sie es nicht waren, \
müssen Sie nichts tun.
""",
        ),
    },
    Mail.Kind.BOOKED: {
        "en": (
            "Booked: {event}",
            """{hello}

your booking {booking} is made:

{event}
{venue}, {date}
{seats}

{payment}

Ticket and cancellation:

{link}
""",
        ),
        "de": (
            "Gebucht: {event}",
            """{hello}

Ihre Buchung {booking}:

{event}
{venue}, {date}
{seats}

{payment}

Ticket und Stornierung:

{link}
""",
        ),
    },
    Mail.Kind.CHANGED_EVENT: {
        "en": (
            "Changed: {event}",
            """{hello}

date or place of this event were changed:

{event}
{venue}, {date}

It was: {before}

Your booking {booking} stays valid. Ticket and cancellation:

{link}
""",
        ),
        "de": (
            "Geändert: {event}",
            """{hello}

Termin oder Ort dieser Veranstaltung wurden geändert:

{event}
{venue}, {date}

Vorher: {before}

Ihre Buchung {booking} bleibt gültig. Ticket und Stornierung:

{link}
""",
        ),
    },
    Mail.Kind.REMINDER: {
        "en": (
            "Soon: {event}",
            """{hello}

this event begins soon:

{event}
{venue}, {date}

Your ticket for booking {booking}:

{link}
""",
        ),
        "de": (
            "Bald: {event}",
            """{hello}

diese Veranstaltung beginnt bald:

{event}
{venue}, {date}

Ihr Ticket zur Buchung {booking}:

{link}
""",
        ),
    },
    Mail.Kind.CANCELLED: {
        "en": (
            "Cancelled: {event}",
            """{hello}

this event is cancelled:

{event}
{venue}, {date}

Your booking {booking} is cancelled too. {refund}

{link}
""",
        ),
        "de": (
            "Abgesagt: {event}",
            """{hello}

diese Veranstaltung ist abgesagt:

{event}
{venue}, {date}

Ihre Buchung {booking} ist damit ebenfalls storniert. {refund}

{link}
""",
        ),
    },
    Mail.Kind.ENDED: {
        "en": (
            "Booking cancelled: {event}",
            """{hello}

your booking {booking} is cancelled, and its tickets are no longer valid:

{event}
{venue}, {date}

{refund}

{link}
""",
        ),
        "de": (
            "Buchung storniert: {event}",
            """{hello}

Ihre Buchung {booking} ist storniert, und ihre Tickets gelten nicht mehr:

{event}
{venue}, {date}

{refund}

{link}
""",
        ),
    },
    Mail.Kind.LAPSED: {
        "en": (
            "Not paid in time: {event}",
            """{hello}

your booking {booking} was not paid until {until}. It has lapsed, and its seats are free again:

{event}
{venue}, {date}

{link}
""",
        ),
        "de": (
            "Nicht rechtzeitig bezahlt: {event}",
            """{hello}

Ihre Buchung {booking} wurde nicht bis {until} bezahlt. Sie ist verfallen, und ihre Plätze sind \
wieder frei:

{event}
{venue}, {date}

{link}
""",
        ),
    },
    Mail.Kind.WITHDRAWN: {
        "en": (
            "Payment failed: {event}",
            """{hello}

the payment for booking {booking} failed after the seats were booked. You were not charged, the \
booking has ended, its tickets are not valid, and its seats are free again:

{event}
{venue}, {date}

{link}
""",
        ),
        "de": (
            "Zahlung fehlgeschlagen: {event}",
            """{hello}

die Zahlung für die Buchung {booking} ist fehlgeschlagen, nachdem die Plätze gebucht waren. Es \
wurde nichts abgebucht, die Buchung ist beendet, ihre Tickets gelten nicht, und ihre Plätze sind \
wieder frei:

{event}
{venue}, {date}

{link}
""",
        ),
    },
    Mail.Kind.PAID: {
        "en": (
            "Paid: {event}",
            """{hello}

we have received your payment for booking {booking}: {total}. This is your ticket:

{event}
{venue}, {date}
{seats}

Ticket and cancellation:

{link}
""",
        ),
        "de": (
            "Bezahlt: {event}",
            """{hello}

wir haben Ihre Zahlung für die Buchung {booking} erhalten: {total}. Dies ist Ihr Ticket:

{event}
{venue}, {date}
{seats}

Ticket und Stornierung:

{link}
""",
        ),
    },
    Mail.Kind.REFUNDED: {
        "en": (
            "Paid back: {event}",
            """{hello}

{amount} was paid back to you for booking {booking}:

{event}
{venue}, {date}

{link}
""",
        ),
        "de": (
            "Zurückgezahlt: {event}",
            """{hello}

für die Buchung {booking} wurden Ihnen {amount} zurückgezahlt:

{event}
{venue}, {date}

{link}
""",
        ),
    },
    Mail.Kind.SEATS: {
        "en": (
            "Your seats have changed: {event}",
            """{hello}

the organiser has changed your booking {booking}:

{event}
{venue}, {date}
{moved}Seats: {seats}

{refund}Tickets for other seats are no longer valid.

{link}
""",
        ),
        "de": (
            "Ihre Plätze haben sich geändert: {event}",
            """{hello}

der Veranstalter hat Ihre Buchung {booking} geändert:

{event}
{venue}, {date}
{moved}Plätze: {seats}

{refund}Tickets für andere Plätze gelten nicht mehr.

{link}
""",
        ),
    },
    Mail.Kind.BOOKING: {
        "en": (
            "Your booking: {event}",
            """{hello}

your booking {booking}:

{event}
{venue}, {date}
Seats: {seats}

{link}
""",
        ),
        "de": (
            "Ihre Buchung: {event}",
            """{hello}

Ihre Buchung {booking}:

{event}
{venue}, {date}
Plätze: {seats}

{link}
""",
        ),
    },
    # To owners of organisations, of whom no language is known.
    Mail.Kind.WEBHOOK: {
        "en": (
            "A webhook was turned off",
            """{hello}

a webhook of {organisation} was turned off: {why} What is queued is kept for 30 days. Repair the \
receiver, and turn the webhook on again here:

{site}/organise/organisations/{id}/webhooks
""",
        ),
        "de": (
            "Ein Webhook wurde abgeschaltet",
            """{hello}

ein Webhook von {organisation} wurde abgeschaltet: {why} Was ansteht, wird 30 Tage aufbewahrt. \
Reparieren Sie den Empfänger, und schalten Sie den Webhook hier wieder ein:

{site}/organise/organisations/{id}/webhooks
""",
        ),
    },
}
MAX_BOOKINGS = 20
"""How many bookings one mail to a guest has links to."""

ABOUT_BOOKINGS = (
    *(Mail.Kind.BOOKED, Mail.Kind.SEATS, Mail.Kind.BOOKING),
    *(Mail.Kind.CHANGED_EVENT, Mail.Kind.REMINDER, Mail.Kind.CANCELLED),
    *(Mail.Kind.ENDED, Mail.Kind.LAPSED, Mail.Kind.WITHDRAWN),
    *(Mail.Kind.PAID, Mail.Kind.REFUNDED),
)
"""Sent to the address of a booking, also without an account. One recipient's leave in order."""

_WEBHOOK_REASONS = {
    "en": {
        "failing": "its receiver accepted nothing for three days.",
        "gone": "its receiver answered that it is gone (410).",
    },
    "de": {
        "failing": "Sein Empfänger hat drei Tage lang nichts angenommen.",
        "gone": "Sein Empfänger hat geantwortet, dass es ihn nicht mehr gibt (410).",
    },
}
_PAYMENT = {
    "en": ("Paid: {total}", "To be paid until {due}: {total}"),
    "de": ("Bezahlt: {total}", "Zu bezahlen bis {due}: {total}"),
}
_YOURS = {"en": "an organisation of yours", "de": "einer Ihrer Organisationen"}
_SAME_MOMENT = {
    "en": "It begins at the same moment as before, which is now given in another time zone.",
    "de": "Sie beginnt zum selben Zeitpunkt wie zuvor, der jetzt in einer anderen Zeitzone steht.",
}
_NOTHING_CHARGED = {
    "en": "Nothing was charged online.",
    "de": "Online wurde nichts abgebucht.",
}
_REFUND = {
    "en": "You get {amount} back the way you paid.",
    "de": "Sie erhalten {amount} auf dem Zahlweg zurück.",
}
_MERGED = {
    "en": "Its seats are now in booking {number}.",
    "de": "Ihre Plätze gehören jetzt zur Buchung {number}.",
}
_OWED = {
    "en": "The organiser pays you {amount} back.",
    "de": "Der Veranstalter zahlt Ihnen {amount} zurück.",
}
_MAX_NAME = 40
_MAX_ADDRESS = 300
_MAX_SEATS = 2_000
"""How many characters a mail has about seats."""

_INVITATIONS = "/organise/invitations"
_GUEST = "/guest"
_SOMEBODY = {"en": "An organisation", "de": "Eine Organisation"}
_BOOKING = {
    "en": "{event}, {date} (booking {number}):",
    "de": "{event}, {date} (Buchung {number}):",
}
_EVENT = {"en": "an event", "de": "eine Veranstaltung"}
_VENUE = {"en": "the venue", "de": "der Veranstaltungsort"}
_HELLO = {"en": "Hello", "de": "Guten Tag"}
_ACCOUNT = {"en": "The account made on {day}", "de": "Das Konto vom {day}"}


def render(mail: Mail, people: Sequence[User]) -> tuple[str, str]:
    """Return the subject and body of a mail; `people` are several only for password links."""
    if mail.kind in ABOUT_BOOKINGS:
        return _render_booking(mail, people)
    if mail.kind == Mail.Kind.WEBHOOK:
        return _render_webhook(mail, people[0])
    site = settings.SEATCAST_SITE_URL.rstrip("/")
    person = people[0]
    subject, body = _TEMPLATES[Mail.Kind(mail.kind)][mail.language]
    return subject, body.format(
        hello=_hello(person, mail.language),
        host=urlsplit(site).hostname,
        invitation=f"{site}{_INVITATIONS}#{invitation_fragment(mail.details.get('key', ''))}",
        organisation=harmless_words(mail.details.get("organisation", ""), most=_MAX_NAME)
        or _SOMEBODY[mail.language],
        links=_links(mail, people, site=site),
        site=site,
        verify=f"{site}/email/confirm#{address_fragment(person, mail.address)}",
    )


def _render_booking(mail: Mail, people: Sequence[User]) -> tuple[str, str]:
    """Return a mail about a booking, in all languages if its reader's is not known.

    The name of an account, and the link that signs a guest in, are only in mail to its own address.
    """
    own = _addressee(mail, people)
    texts = []
    for language in LANGUAGES if own is None else _languages_of(own):
        subject, body = _TEMPLATES[Mail.Kind(mail.kind)][language]
        about = {
            **_localised(mail, language),
            "hello": f"{_HELLO[language]}," if own is None else _hello(own, language),
            "link": booking_link(mail, people),
        }
        texts.append((subject.format(**about), body.format(**about)))
    return _in_all_languages(texts)


def _localised(mail: Mail, language: str) -> dict[str, str]:
    """Return the details of a mail about a booking, with its times and amounts in a language."""
    about: dict[str, str] = {
        name: each.get(language, "") if isinstance(each, Mapping) else each
        for name, each in mail.details.items()
    }
    for name in ("date", "due", "until"):
        if about.get(name):
            about[name] = time_in(about[name], language)
    for name in ("total", "refund", "owed", "amount"):
        if about.get(name):
            about[name] = amount_in(about[name], language)
    about["event"] = harmless_words(about["event"]) or _EVENT[language]
    venue = harmless_words(about["venue"]) or _VENUE[language]
    address = harmless_words(about.get("venue_address", ""), most=_MAX_ADDRESS)
    about["venue"] = f"{venue}, {address}" if address else venue
    for name in ("seats", "moved"):
        if about.get(name):
            about[name] = harmless_words(about[name], most=_MAX_SEATS) or "-"
    if "old_date" in about:
        venue = harmless_words(about["old_venue"]) or _VENUE[language]
        about["before"] = f"{venue}, {time_in(about['old_date'], language)}"
        if is_same_moment(about["old_date"], mail.details["date"]):
            about["before"] += f"\n\n{_SAME_MOMENT[language]}"
    if "moved" in about:
        about["moved"] = f"{about['moved']}\n" if about["moved"] else ""
    if "due" in about:
        paid, due = _PAYMENT[language]
        about["payment"] = (due if about["due"] else paid).format(**about)
    if "refund" in about:
        about["refund"] = _returned(about, language)
    return about


def _returned(about: Mapping[str, str], language: str) -> str:
    """Return the sentences about the money of a booking, for which its template has a place."""
    if about.get("into"):
        return _MERGED[language].format(number=about["into"])
    refund = _REFUND[language].format(amount=about["refund"]) if about["refund"] else ""
    if "owed" not in about:
        return refund and f"{refund}\n\n"
    owed = _OWED[language].format(amount=about["owed"]) if about["owed"] else ""
    return " ".join(filter(None, (refund, owed))) or _NOTHING_CHARGED[language]


def booking_link(mail: Mail, people: Sequence[User]) -> str:
    """Return the link to the booking that a mail is about.

    A guest comes back by it, and goes on to the booking; an account signs in. To another address
    than theirs goes a link that shows the booking, if that is its own address.
    """
    site = settings.SEATCAST_SITE_URL.rstrip("/")
    number = mail.details["booking"]
    person = _addressee(mail, people)
    if person is None:
        fragment = ticket_files().booking_fragment(public_id=number, address=mail.address)
        return f"{site}/reservations/{number}#{fragment}"
    if person.is_guest:
        return f"{site}{_guest_path(number, person)}"
    return f"{site}/reservations/{number}"


def _addressee(mail: Mail, people: Sequence[User]) -> User | None:
    """Return the person to whose own address a mail goes."""
    return next((person for person in people if person.email == mail.address), None)


def _languages_of(person: User) -> Sequence[str]:
    """Return the language in which a person is written to; all of them if it is not known."""
    return (person.language,) if person.language in LANGUAGES else LANGUAGES


def _render_webhook(mail: Mail, person: User) -> tuple[str, str]:
    """Return a subject and a body in all languages."""
    texts = []
    for language in LANGUAGES:
        subject, body = _TEMPLATES[Mail.Kind.WEBHOOK][language]
        about = {
            "hello": _hello(person, language),
            "site": settings.SEATCAST_SITE_URL.rstrip("/"),
            "id": mail.details["organisation"],
            "organisation": harmless_words(mail.details["organisation_name"], most=_MAX_NAME)
            or _YOURS[language],
            "why": _WEBHOOK_REASONS[language][mail.details["why"]],
        }
        texts.append((subject, body.format(**about)))
    return _in_all_languages(texts)


def _in_all_languages(texts: Sequence[tuple[str, str]]) -> tuple[str, str]:
    return " / ".join(subject for subject, _ in texts), "\n".join(body for _, body in texts)


def _hello(person: User, language: str) -> str:
    is_named = person.email_verified_at and not person.is_guest
    name = safe_in_mail(person.username) if is_named else ""
    return f"{_HELLO[language]} {name}," if name else f"{_HELLO[language]},"


def _links(mail: Mail, people: Sequence[User], *, site: str) -> str:
    """Return the links of guests, or those to choose a password."""
    if mail.kind == Mail.Kind.GUEST:
        return _guest_links(people, mail.language, site=site)
    links = [f"{site}/password/reset#{password_fragment(person)}" for person in people]
    if len(people) == 1:
        return links[0]
    titles = [_title(person, mail.language) for person in people]
    return "\n\n".join(f"{title}:\n{link}" for title, link in zip(titles, links, strict=True))


def _guest_links(guests: Sequence[User], language: str, *, site: str) -> str:
    """Return a link to each booking of guests, below its event, date and number."""
    by_id = {guest.pk: guest for guest in guests}
    booked = ticket_files().guest_bookings(person_ids=by_id, most=MAX_BOOKINGS)
    return "\n\n".join(
        _BOOKING[language].format(
            event=harmless_words(each.event_name) or _EVENT[language],
            date=time_in(stored_time(each.begins), language),
            number=each.public_id,
        )
        + f"\n\n{site}{_guest_path(each.public_id, by_id[each.person_id])}"
        for each in booked
    )


def _guest_path(booking: str, guest: User) -> str:
    """Return the path by which a guest comes back, and goes on to a booking."""
    return f"{_GUEST}?next=/reservations/{booking}#{guest_fragment(guest)}"


def _title(person: User, language: str) -> str:
    """Return a heading that distinguishes an account from others with the same address."""
    day = day_in(person.date_joined.date(), language)
    return safe_in_mail(person.username) or _ACCOUNT[language].format(day=day)
