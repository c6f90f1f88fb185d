"""Send queued mail: a loop beside housekeeping's, and the command `send_mail`.

No web server sends, so that mail costs clicks nothing. A connection to the mail server takes up to
MAILS_PER_CONNECTION mails; several are open at a time. Mails about bookings leave in the order in
which one recipient's were queued.

Mail that somebody waits for, such as a link to choose a password, has threads, connections and a
share of a core of its own (`_PROMPT`), so that neither mass mail nor tickets that are slow to draw
delay it. Messages are written, and tickets drawn, before a connection to the mail server is used.

A mail is claimed before it is sent, so two processes do not send the same one, and its completion
is recorded right after. A process that dies in between sends it twice, with the same Message-ID.
While no connection can be opened, no mail is claimed, so none of them is given up. Mail that is
refused for now is sent again for five days, with growing pauses.
"""

import logging
import smtplib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.db import Error, connection, connections, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from accounts import mail_templates
from accounts.mail_message import message_of
from accounts.models import Mail, User
from accounts.pacing import Pace, lower_priority
from accounts.ticket_files import ticket_files
from infrastructure.security_log.mail_addresses import folded_address
from infrastructure.slow_work.database import without_database

RETRY_DELAYS_MINUTES = (1, 5, 15, 30, 60, 120, *[180] * 39)
"""How long to wait after each attempt that failed for now: five days, as RFC 5321 (4.5.4.1) asks.

After the last one, or when the server refuses for good (5xx), a mail is given up."""

MAX_ACCOUNTS = 10
"""How many accounts one mail has links for."""

MAILS_PER_CONNECTION = 20

MAX_BACKOFF_SECONDS = 60.0
"""The longest time between two attempts to reach the mail server; it begins with two seconds."""

POLL_SECONDS = 1.0

# Much less than the first delay, after which others may claim the mails of a connection.
_CONNECTION_SECONDS = 20.0
_TO_OWNERS = (Mail.Kind.LINK, Mail.Kind.GUEST)
_PROMPT = (
    *(Mail.Kind.LINK, Mail.Kind.GUEST, Mail.Kind.VERIFY, Mail.Kind.INVITED),
    *(Mail.Kind.CHANGED, Mail.Kind.MOVING, Mail.Kind.MOVED),
)
"""The kinds of mail that somebody waits for, or must learn of soon."""

# How long one thread writes messages before it sends them; others may claim them a minute later.
_WRITING_SECONDS = 15.0
_PERMANENT = 500
_REFUSALS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)

logger = logging.getLogger(__name__)


class MailServerAway(Exception):
    """No mail can be sent: the mail server accepts no connection, or no mail over it."""


@dataclass(slots=True)
class Outcome:
    """How many mails were sent, and could not be sent."""

    sent: int = 0
    failed: int = 0


def send_all(outcome: Outcome) -> None:
    """Send all mail that is due, in this thread, and count in `outcome`.

    Raises: MailServerAway, django.db.Error.
    """
    for is_prompt in (True, False):
        while _due(is_prompt=is_prompt).exists():
            _send_some(outcome, is_prompt=is_prompt)


def run(stopped: Callable[[], bool], wait: Callable[[float], None]) -> None:
    """Send what is due, again and again, until `stopped`; `wait` pauses for some seconds."""
    lower_priority()
    others = max(1, settings.SEATCAST_MAIL_CONNECTIONS - 1)
    workers = [
        _Worker(stopped, is_prompt=True, max_connections=1),
        _Worker(stopped, is_prompt=False, max_connections=others),
    ]
    try:
        while not stopped():
            try:
                for worker in workers:
                    worker.send_due()
            except Error as error:
                logger.warning("Mail is delayed, the database is unavailable: %s", error)
            except Exception:
                logger.exception("Mail is delayed")
            _release_connection()
            wait(POLL_SECONDS)
    finally:
        for worker in workers:
            worker.close()
        connections.close_all()


class _Worker:
    """The threads of a process that send some of the mail, each over a connection of its own."""

    def __init__(
        self, stopped: Callable[[], bool], *, is_prompt: bool, max_connections: int
    ) -> None:
        self._stopped = stopped
        self._is_prompt = is_prompt
        self._max_connections = max_connections
        self._pool = ThreadPoolExecutor(self._max_connections, thread_name_prefix="mail")
        self._pace = Pace(settings.SEATCAST_DELIVERY_SHARE)
        self._turns: list[Future[None]] = []
        self._backoff_seconds = 1.0
        self._backoff_until = 0.0

    def send_due(self) -> None:
        """Have as many threads send as there is mail for. Raises: django.db.Error."""
        self._turns = [turn for turn in self._turns if not turn.done()]
        free = self._max_connections - len(self._turns)
        if free == 0 or time.monotonic() < self._backoff_until:
            return
        # One alone finds out whether the mail server is back.
        most = free if self._backoff_until == 0.0 else 1
        due = _due(is_prompt=self._is_prompt)[: most * MAILS_PER_CONNECTION].count()
        for _ in range(-(-due // MAILS_PER_CONNECTION)):
            self._turns.append(self._pool.submit(self._send_batches))

    def close(self) -> None:
        """End after the mails that are being sent now."""
        self._pool.shutdown(cancel_futures=True)

    def _send_batches(self) -> None:
        try:
            claimed = MAILS_PER_CONNECTION
            while claimed == MAILS_PER_CONNECTION and not self._stopped():
                claimed = _send_some(
                    Outcome(), is_prompt=self._is_prompt, pace=self._pace, stopped=self._stopped
                )
                self._backoff_seconds, self._backoff_until = 1.0, 0.0
        except MailServerAway as error:
            self._backoff_seconds = min(2 * self._backoff_seconds, MAX_BACKOFF_SECONDS)
            self._backoff_until = time.monotonic() + self._backoff_seconds
            logger.warning("Mail is delayed, the mail server is unavailable: %s", error)
        except Error as error:
            logger.warning("Mail is delayed, the database is unavailable: %s", error)
        except Exception:
            logger.exception("Mail is delayed")
        finally:
            connections.close_all()


def _never() -> bool:
    return False


@dataclass(slots=True)
class _Written:
    """A claimed mail with its message: None if it is not wanted any more, or could not be written.

    `cpu_seconds` is what writing it took in this thread.
    """

    mail: Mail
    message: EmailMessage | None
    error: Exception | None
    cpu_seconds: float


def _send_some(
    outcome: Outcome,
    *,
    is_prompt: bool,
    pace: Pace | None = None,
    stopped: Callable[[], bool] = _never,
) -> int:
    """Send over one connection; count in `outcome`, and return how many mails were claimed.

    Raises: MailServerAway, django.db.Error.
    """
    server: Any = django_mail.get_connection()
    # Before mail is claimed: an attempt should not be lost on a server that is away.
    _open(server)
    try:
        mails = _claim(is_prompt=is_prompt)
        if not is_prompt:
            # Drawing takes long, and mail servers do not wait.
            _close(server)
        written = _write(mails, stopped=stopped)
        if not is_prompt and written:
            try:
                _open(server)
            except MailServerAway:
                _release([each.mail for each in written])
                raise
        _send_over(server, written, outcome, pace=pace, stopped=stopped)
        return len(mails)
    finally:
        _close(server)


def _open(server: Any) -> None:
    """Raises: MailServerAway."""
    try:
        with without_database():
            server.open()
    except OSError as error:
        raise MailServerAway(type(error).__name__) from error


def _close(server: Any) -> None:
    with suppress(OSError):
        server.close()


def _write(mails: Sequence[Mail], *, stopped: Callable[[], bool]) -> list[_Written]:
    """Write the messages of claimed mails, and give back those for which the time is up.

    Raises: django.db.Error.
    """
    written: list[_Written] = []
    until = time.monotonic() + _WRITING_SECONDS
    for number, mail in enumerate(mails):
        if stopped() or time.monotonic() > until:
            _release(mails[number:])
            break
        began, message, error = time.thread_time(), None, None
        try:
            message = _message(mail)
        except Exception as failure:  # noqa: BLE001 - one mail must not hold up the others
            error = failure
        written.append(_Written(mail, message, error, time.thread_time() - began))
    return written


def _send_over(
    server: Any,
    written: Sequence[_Written],
    outcome: Outcome,
    *,
    pace: Pace | None,
    stopped: Callable[[], bool],
) -> None:
    """Send messages. Raises: MailServerAway if the connection broke before one was sent."""
    until = time.monotonic() + _CONNECTION_SECONDS
    sent_before = outcome.sent
    for number, each in enumerate(written):
        if stopped() or time.monotonic() > until:
            _release([left.mail for left in written[number:]])
            return
        began = time.thread_time()
        error = each.error or _send(each, server)
        if error is None:
            outcome.sent += 1
        else:
            outcome.failed += 1
            _record_failure(each.mail, error)
            if _is_broken(server, error):
                _release([left.mail for left in written[number + 1 :]])
                if outcome.sent == sent_before:
                    raise MailServerAway(type(error).__name__) from error
                return
        if pace is not None:
            time.sleep(pace.rest_seconds(each.cpu_seconds + time.thread_time() - began))


def _due(*, is_prompt: bool) -> QuerySet[Mail]:
    """Return the mail to send now: of the kinds in _PROMPT, or of the others.

    During an upgrade, mail that this server has no text for is left to the newer ones.
    """
    waiting = Mail.objects.filter(done_at=None, given_up_at=None)
    earlier = waiting.filter(
        recipient=OuterRef("recipient"),
        kind__in=mail_templates.ABOUT_BOOKINGS,
        pk__lt=OuterRef("pk"),
    ).exclude(recipient="")
    return waiting.filter(
        ~Q(kind__in=mail_templates.ABOUT_BOOKINGS) | ~Exists(earlier),
        kind__in=[kind for kind in Mail.Kind if (kind in _PROMPT) == is_prompt],
        language__in=mail_templates.LANGUAGES,
        due_at__lte=Now(),
    )


def _claim(*, is_prompt: bool) -> list[Mail]:
    """Take mails that are due, and count an attempt for each."""
    can_skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        found = _due(is_prompt=is_prompt).order_by("due_at").select_related("person")
        mails = list(
            found.select_for_update(skip_locked=can_skip, of=("self",))[:MAILS_PER_CONNECTION]
        )
        for mail in mails:
            delay = RETRY_DELAYS_MINUTES[min(mail.tries, len(RETRY_DELAYS_MINUTES) - 1)]
            mail.tries += 1
            mail.due_at, mail.failed_at = Now() + timedelta(minutes=delay), None
        Mail.objects.bulk_update(mails, ["tries", "due_at", "failed_at"])
    return mails


def _release(mails: Sequence[Mail]) -> None:
    """Give back claimed mails, of which no attempt was made."""
    if mails:
        claimed = Mail.objects.filter(pk__in=[mail.pk for mail in mails])
        claimed.update(tries=F("tries") - 1, due_at=Now())


def _message(mail: Mail) -> EmailMessage | None:
    """Return the message of a mail; None if it is not wanted any more."""
    people = _recipients_of(mail)
    is_to_address_alone = mail.kind in mail_templates.ABOUT_BOOKINGS and mail.person_id is None
    if not people and not is_to_address_alone:
        return None
    # To the stored address, never to the spelling in the request.
    return message_of(mail, people, to=people[0].email if mail.kind in _TO_OWNERS else mail.address)


def _send(written: _Written, server: Any) -> Exception | None:
    """Send a mail and record it; return why it could not be sent. Raises: django.db.Error."""
    if written.message is not None:
        written.message.connection = server
        try:
            with without_database():
                written.message.send()
        except Exception as error:  # noqa: BLE001 - one mail must not hold up the others
            return error
    # Also if no account has the address: the request counts towards the limits.
    Mail.objects.filter(pk=written.mail.pk).update(done_at=Now())
    return None


def _record_failure(mail: Mail, error: Exception) -> None:
    """Store that an attempt failed. Raises: django.db.Error."""
    is_given_up = _is_permanent(error) or mail.tries >= len(RETRY_DELAYS_MINUTES)
    Mail.objects.filter(pk=mail.pk).update(
        failed_at=Now(), given_up_at=Now() if is_given_up else None
    )
    # The error's text can contain the address.
    logger.warning(
        "Mail %s %s: %s %s",
        mail.pk,
        "was given up" if is_given_up else "is sent again later",
        type(error).__name__,
        " ".join(map(str, _smtp_codes(error))),
    )


def _smtp_codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _is_permanent(error: Exception) -> bool:
    """Return whether the mail server refuses a mail for good, and not all mail of ours."""
    codes = _smtp_codes(error)
    is_about_mail = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    return is_about_mail and bool(codes) and min(codes) >= _PERMANENT


def _is_broken(server: Any, error: Exception) -> bool:
    """Return whether a failure is the connection's, not the mail's."""
    if not isinstance(error, OSError):
        return False
    smtp = getattr(server, "connection", None)
    is_open = smtp is None or smtp.sock is not None
    return not (isinstance(error, _REFUSALS) and is_open)


def _release_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()


def _recipients_of(mail: Mail) -> list[User]:
    """Return the accounts that a mail is about; none if it is not wanted any more."""
    if mail.kind in _TO_OWNERS:
        return _owners(mail)
    person = mail.person
    if person is None or not person.is_active:
        return []
    if mail.kind == Mail.Kind.VERIFY:
        is_wanted = mail.address in (person.new_email, person.email)
        return [person] if is_wanted else []
    return [person]


def _owners(mail: Mail) -> list[User]:
    """Return the guests with the address and bookings, or the accounts a password link is for.

    Those are the accounts that have verified it or, if there are none, that claim it.
    """
    found = User.objects.filter(email__iexact=mail.address, is_active=True).order_by("pk")
    same = [
        each
        for each in found.iterator()
        if folded_address(each.email) == folded_address(mail.address)
    ]
    if mail.kind == Mail.Kind.GUEST:
        return _with_bookings([each for each in same if each.is_guest], mail.person_id)
    people = [person for person in same if person.has_usable_password()]
    verified = [person for person in people if person.email_verified_at]
    return (verified or people)[:MAX_ACCOUNTS]


def _with_bookings(guests: Sequence[User], only: int | None) -> list[User]:
    """Return the guests whose bookings are mailed; with `only`, no other one."""
    by_id = {guest.pk: guest for guest in guests if only in (None, guest.pk)}
    booked = ticket_files().guest_bookings(person_ids=by_id, most=mail_templates.MAX_BOOKINGS)
    return [by_id[pk] for pk in dict.fromkeys(each.person_id for each in booked)]
