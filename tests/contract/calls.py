"""Every call of the API, as data."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from rest_framework.test import APIClient

Needs = Literal["nothing", "csrf", "person", "person and csrf", "organiser", "organiser and csrf"]


@dataclass(frozen=True)
class Call:
    """A call. Braces in its path are placeholders for ids, layouts and ticket codes.

    `body` is a valid body, with placeholders such as `{seat}`; `optional` are its optional fields.
    One of `permissions` is required: for objects of others, or for any if `needs` is "organiser".
    A call that `has_steps` succeeds only after others, and one that `is_file` sends or gets a
    picture; tests of their own make these. An edit (`is_edit`) changes static data, without the
    command queue. A body that is a seating plan (`is_document`) has faults of its own, which
    `test_plans.py` tests.
    """

    method: str
    path: str
    needs: Needs
    body: Any = None
    optional: str = ""
    permissions: tuple[str, ...] = ()
    has_steps: bool = False
    is_edit: bool = False
    is_document: bool = False
    is_file: bool = False

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def needs_person(self) -> bool:
        return self.needs.startswith("person") or self.needs_organiser

    @property
    def needs_organiser(self) -> bool:
        return self.needs.startswith("organiser")

    @property
    def required(self) -> set[str]:
        """The required fields of the body."""
        return set(self.body or ()) - set(self.optional.split())

    @property
    def needs_csrf(self) -> bool:
        return self.needs.endswith("csrf")


VIEW = "reservations.view_reservation"
CHANGE = "reservations.change_reservation"
CHANGE_SEAT = "reservations.change_seat"
SCAN = "reservations.scan_ticket"
SEE_EVENTS = "reservations.view_event"
ADD_EVENT = "reservations.add_event"
CHANGE_EVENT = "reservations.change_event"
ADD_ORGANISATION = "organisations.add_organisation"
CHANGE_ORGANISATION = "organisations.change_organisation"
EVENT_FIELDS: dict[str, Any] = {
    "name": "Opera",
    "description": "In three acts",
    "venue": "Opera house",
    "address": "Ring 2, Vienna",
    "date": "2030-05-24T19:30",
    "ends_at": "2030-05-24T22:00",
    "time_zone": "Europe/Berlin",
    "price": "70.00",
    "sales_open_at": None,
    "sales_close_at": "2030-05-24T18:00:00Z",
    "cancel_until": None,
    "companions_held_until": "2030-05-01T12:00",
    "orphan_rule": "off",
    "lock_seconds": 600,
    "max_extensions": 1,
    "seat_cap": 4,
    "purchase_cap": 8,
    "offline_methods": ["invoice"],
    "payment_seconds": 86400,
    "requires_verified_email": False,
    "ticket_fee": "1.00",
    "booking_fee": "2.50",
    "tax_percent": "7.00",
    "visibility": "public",
}
READ_LOG = "security_log.view_securityevent"
CONFIRMED = {"password": "a-long-enough-word"}
ORGANISATION = "/api/organisations/{organisation}/"
BOX_OFFICE = "/api/events/{event}/box-office/"
WEBHOOK = f"{ORGANISATION}webhooks/{{endpoint}}/"
DOORS = "/api/events/{event}/doors/"
DOOR = f"{DOORS}{{door}}/"
PLAN = "/api/plans/{plan}/"
GUEST = {"name": "Zoe Moore", "email": "zoe@example.com"}
DOCUMENT = {"name": "Hall", "categories": [], "zones": []}
SECOND_STEP = {"challenge": "{challenge}", "method": "recovery_code", "code": "{recovery_code}"}

CALLS = [
    Call("GET", "/api/csrf/", "nothing"),
    Call(
        "POST",
        "/api/register/",
        "csrf",
        {"username": "zoe", "email": "", "password": "Zoe-likes-3"},
        optional="email",
    ),
    Call("POST", "/api/guest/", "csrf", GUEST),
    Call("POST", "/api/guest/details/", "person and csrf", GUEST, has_steps=True),
    Call("POST", "/api/guest/link/", "csrf", {"email": "zoe@example.com"}),
    Call("POST", "/api/guest/come-back/", "csrf", {"uid": "MQ", "token": "x"}, has_steps=True),
    Call(
        "POST",
        "/api/guest/account/",
        "person and csrf",
        {"username": "zoe", "password": "Zoe-likes-3"},
        has_steps=True,
    ),
    Call("GET", "/api/guest/bookings/", "person"),
    Call("POST", "/api/guest/merge/", "person and csrf"),
    Call("POST", "/api/login/", "csrf", {"username": "alice", "password": "a-long-enough-word"}),
    Call("POST", "/api/logout/", "person and csrf"),
    Call("POST", "/api/logout/everywhere/", "person and csrf"),
    Call("GET", "/api/me/", "person"),
    Call(
        "POST",
        "/api/password/change/",
        "person and csrf",
        {"old_password": "a-long-enough-word", "password": "another-long-word"},
    ),
    Call("POST", "/api/password/reset/", "csrf", {"email": "alice@example.com"}),
    Call(
        "POST",
        "/api/password/reset/confirm/",
        "csrf",
        {"uid": "{uid}", "token": "{token}", "password": "another-long-word"},
    ),
    Call("POST", "/api/email/verify/", "person and csrf"),
    Call(
        "POST",
        "/api/email/confirm/",
        "person and csrf",
        {"uid": "{own_uid}", "token": "{email_token}"},
    ),
    Call(
        "POST",
        "/api/email/change/",
        "person and csrf",
        {"password": "a-long-enough-word", "email": "alice@example.org"},
    ),
    Call("POST", "/api/token/", "nothing", {"username": "alice", "password": "a-long-enough-word"}),
    Call("POST", "/api/token/refresh/", "nothing", {"refresh": "{refresh}"}),
    Call("POST", "/api/token/revoke/", "nothing", {"refresh": "{refresh}"}),
    Call(
        "POST",
        "/api/login/second-factor/",
        "csrf",
        SECOND_STEP,
        optional="code",
    ),
    Call(
        "POST",
        "/api/token/second-factor/",
        "nothing",
        SECOND_STEP,
        optional="code",
    ),
    Call("GET", "/api/second-factor/", "person"),
    Call("POST", "/api/second-factor/totp/", "person and csrf", CONFIRMED),
    Call(
        "POST",
        "/api/second-factor/totp/confirm/",
        "person and csrf",
        {"code": "{totp}"},
    ),
    Call("POST", "/api/second-factor/totp/remove/", "person and csrf", CONFIRMED),
    Call("POST", "/api/second-factor/passkeys/options/", "person and csrf", CONFIRMED),
    Call(
        "POST",
        "/api/second-factor/passkeys/",
        "person and csrf",
        {"challenge": "{new_passkey}", "credential": "{credential}", "name": "Key"},
    ),
    Call(
        "PATCH",
        "/api/second-factor/passkeys/{passkey}/",
        "person and csrf",
        {"name": "Key"},
    ),
    Call(
        "POST",
        "/api/second-factor/passkeys/{passkey}/remove/",
        "person and csrf",
        CONFIRMED,
    ),
    Call(
        "POST", "/api/second-factor/recovery-codes/", "person and csrf", CONFIRMED, has_steps=True
    ),
    Call("POST", "/api/socket-ticket/", "person and csrf"),
    Call("GET", "/api/sessions/", "person"),
    Call("DELETE", "/api/sessions/{sign_in}/", "person and csrf"),
    Call("GET", "/api/me/export/", "person"),
    Call(
        "POST",
        "/api/me/erase/",
        "person and csrf",
        {**CONFIRMED, "keep_tickets": True},
        optional="password keep_tickets",
    ),
    Call("GET", "/api/events/", "nothing"),
    Call("GET", "/api/events/{event}/", "nothing"),
    Call("GET", "/api/events/{event}/seats/", "nothing"),
    Call("GET", "/api/events/{event}/layouts/{layout}/", "nothing"),
    Call("GET", "/api/events/{event}/miniature/", "nothing"),
    Call("GET", "/api/events/{event}/changes/", "nothing"),
    Call("POST", "/api/events/{event}/seats/{seat}/lock/", "person and csrf"),
    Call("POST", "/api/events/{event}/seats/{held}/unlock/", "person and csrf"),
    Call("GET", "/api/events/{event}/locks/", "person"),
    Call("GET", "/api/events/{event}/figures/", "organiser", permissions=(VIEW,)),
    Call("GET", "/api/events/{event}/revenue/", "organiser", permissions=(VIEW,)),
    Call("GET", "/api/events/{event}/mails/", "organiser", permissions=(CHANGE_EVENT,)),
    Call(
        "POST",
        "/api/events/{event}/mails/",
        "organiser and csrf",
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call("GET", DOORS, "organiser", permissions=(SCAN,)),
    Call("PUT", DOOR, "organiser and csrf", {"name": "South"}, permissions=(SCAN,), is_edit=True),
    Call("GET", f"{DOOR}list/", "organiser", permissions=(SCAN,)),
    Call("GET", f"{DOOR}changes/", "organiser", permissions=(SCAN,)),
    Call(
        "POST",
        f"{DOOR}scans/",
        "organiser and csrf",
        {
            "sent_at": "2030-05-24T19:30:00Z",
            "scans": [
                {
                    "id": "a9f4b9a6-7f65-4f0c-9d0e-6d1f2a3b4c5d",
                    "ticket": "{code}",
                    "at": "2030-05-24T19:30:00Z",
                }
            ],
        },
        permissions=(SCAN,),
        is_edit=True,
    ),
    Call("POST", f"{DOOR}revoke/", "organiser and csrf", permissions=(CHANGE,), is_edit=True),
    Call("GET", "/api/events/{event}/history/", "organiser", permissions=(VIEW,)),
    Call("GET", "/api/events/{event}/history/changes/", "organiser", permissions=(VIEW,)),
    Call("GET", "/api/events/{event}/history/actions/", "organiser", permissions=(VIEW,)),
    Call("GET", "/api/events/{event}/reports/", "organiser", permissions=(VIEW,)),
    Call(
        "GET",
        "/api/events/{event}/exports/tickets/",
        "organiser",
        permissions=(VIEW,),
        is_file=True,
    ),
    Call("POST", "/api/events/{event}/lock/", "person and csrf", {"seat_ids": ["{seat}"]}),
    Call("POST", "/api/events/{event}/areas/{group}/lock/", "person and csrf", {"count": 1}),
    Call(
        "POST",
        "/api/events/{event}/best/",
        "person and csrf",
        {"count": 1, "wishes": []},
        optional="wishes",
    ),
    Call("POST", "/api/events/{event}/extend/", "person and csrf", {"seat_ids": ["{held}"]}),
    Call("POST", "/api/events/{event}/unlock/", "person and csrf", {"seat_ids": ["{held}"]}),
    Call(
        "POST",
        "/api/events/{event}/reserve/",
        "person and csrf",
        {
            "seat_ids": ["{held}"],
            "payment_method": "card",
            "ticket_types": {},
            "expected_total": "50.00",
        },
        optional="ticket_types expected_total",
    ),
    Call("GET", "/api/events/{event}/released-locks/", "person"),
    Call(
        "GET",
        "/api/reservations/{reservation}/ticket/",
        "person",
        permissions=(VIEW, CHANGE),
        is_file=True,
    ),
    Call("GET", f"{BOX_OFFICE}allocations/", "organiser", permissions=(VIEW,)),
    Call(
        "POST",
        "/api/events/{event}/promo-code/",
        "person and csrf",
        {"promo_code": "{promo_code}"},
        is_edit=True,
    ),
    Call("GET", f"{BOX_OFFICE}codes/", "organiser", permissions=(VIEW,)),
    Call(
        "POST",
        f"{BOX_OFFICE}codes/",
        "organiser and csrf",
        {
            "allocation": "{allocation}",
            "promo_code": "FRIENDS",
            "max_seats": 4,
            "expires_at": "2090-05-24T18:00",
        },
        optional="promo_code expires_at",
        permissions=(CHANGE_SEAT,),
        is_edit=True,
    ),
    Call(
        "POST",
        f"{BOX_OFFICE}codes/{{code_id}}/withdraw/",
        "organiser and csrf",
        permissions=(CHANGE_SEAT,),
        is_edit=True,
    ),
    Call("GET", f"{BOX_OFFICE}seats/{{seat}}/", "organiser", permissions=(VIEW,)),
    Call(
        "POST",
        f"{BOX_OFFICE}sell/",
        "organiser and csrf",
        {
            "seat_ids": ["{seat}"],
            "payment_method": "cash",
            "buyer_name": "Zoe Zimmer",
            "buyer_email": "zoe@example.com",
            "ticket_types": {},
            "expected_total": "50.00",
            "from_allocation": None,
        },
        optional="buyer_name buyer_email ticket_types expected_total from_allocation",
        permissions=(CHANGE,),
    ),
    Call(
        "POST",
        f"{BOX_OFFICE}allocate/",
        "organiser and csrf",
        {
            "seat_ids": ["{seat}"],
            "kind": "name",
            "label": "Zoe Zimmer",
            "until": "2090-05-24T18:00",
            "from_allocation": None,
        },
        optional="until from_allocation",
        permissions=(CHANGE_SEAT,),
    ),
    Call(
        "POST",
        f"{BOX_OFFICE}unblock/",
        "organiser and csrf",
        {"seat_ids": ["{seat}"]},
        permissions=(CHANGE_SEAT,),
    ),
    Call(
        "POST",
        f"{BOX_OFFICE}release/",
        "organiser and csrf",
        {"seat_ids": ["{held}"]},
        permissions=(CHANGE,),
    ),
    Call(
        "PUT",
        "/api/events/{event}/ticket-types/",
        "organiser and csrf",
        {"ticket_types": []},
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call(
        "GET",
        "/api/organisations/{organisation}/events/",
        "organiser",
        permissions=(SEE_EVENTS,),
    ),
    Call(
        "POST",
        "/api/organisations/{organisation}/events/",
        "organiser and csrf",
        {
            **{"name": "Opera", "venue": "Opera house", "date": "2030-05-24T19:30"},
            **{"price": "70.00", "time_zone": "Europe/Berlin", "currency": "EUR"},
            "description": "In three acts",
        },
        optional="time_zone currency description",
        permissions=(ADD_EVENT,),
    ),
    Call("GET", "/api/events/{event}/settings/", "organiser", permissions=(CHANGE_EVENT,)),
    Call(
        "PATCH",
        "/api/events/{event}/settings/",
        "organiser and csrf",
        EVENT_FIELDS,
        optional=" ".join(EVENT_FIELDS),
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call("GET", "/api/events/{event}/categories/", "organiser", permissions=(CHANGE_EVENT,)),
    Call(
        "PUT",
        "/api/events/{event}/categories/",
        "organiser and csrf",
        {
            "categories": [
                {"id": "{category}", "name": "Balcony", "color": "#123456", "price": "60.00"}
            ]
        },
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call(
        "POST",
        "/api/events/{event}/duplicate/",
        "organiser and csrf",
        {"date": "2030-05-31T19:30", "name": "Opera again"},
        optional="name",
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call(
        "POST",
        "/api/events/{event}/publish/",
        "organiser and csrf",
        {"is_draft": False, "members_only": True},
        optional="is_draft members_only",
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call(
        "POST",
        "/api/events/{event}/open-sale/",
        "organiser and csrf",
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call(
        "POST",
        "/api/events/{event}/close-sale/",
        "organiser and csrf",
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call(
        "POST",
        "/api/events/{event}/cancel-event/",
        "organiser and csrf",
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call("GET", "/api/events/{event}/picture/", "nothing", is_file=True),
    Call(
        "PUT",
        "/api/events/{event}/picture/",
        "organiser and csrf",
        permissions=(CHANGE_EVENT,),
        is_file=True,
    ),
    Call(
        "DELETE",
        "/api/events/{event}/picture/",
        "organiser and csrf",
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call("GET", "/api/reservations/", "person"),
    Call("GET", "/api/reservations/{reservation}/", "person", permissions=(VIEW, CHANGE)),
    Call("DELETE", "/api/reservations/{reservation}/", "person and csrf", permissions=(CHANGE,)),
    Call(
        "POST",
        "/api/reservations/{reservation}/cancel/",
        "person and csrf",
        permissions=(CHANGE,),
    ),
    Call(
        "POST",
        "/api/reservations/{reservation}/paid/",
        "organiser and csrf",
        permissions=(CHANGE,),
    ),
    Call("GET", "/api/events/{event}/bookings/", "organiser", permissions=(VIEW,)),
    Call("GET", "/api/reservations/{reservation}/booking/", "organiser", permissions=(VIEW,)),
    Call(
        "PATCH",
        "/api/reservations/{reservation}/booking/",
        "organiser and csrf",
        {"buyer_name": "Zoe", "buyer_email": "zoe@example.com"},
        optional="buyer_name buyer_email",
        permissions=(CHANGE,),
        is_edit=True,
    ),
    Call(
        "POST",
        "/api/reservations/{reservation}/quote/",
        "organiser and csrf",
        {"moves": {"{booked}": "{seat}"}},
        permissions=(CHANGE,),
        is_edit=True,
    ),
    Call(
        "POST",
        "/api/reservations/{reservation}/move/",
        "organiser and csrf",
        {
            "moves": {"{booked}": "{seat}"},
            "settling": "none",
            "expected_difference": "0.00",
        },
        optional="settling expected_difference",
        permissions=(CHANGE,),
    ),
    Call(
        "POST",
        "/api/reservations/{reservation}/link/",
        "nothing",
        {"token": "x"},
        optional="token",
        has_steps=True,
        is_edit=True,
    ),
    Call(
        "POST",
        "/api/reservations/{reservation}/take-over/",
        "person and csrf",
        {"token": "x"},
        optional="token",
        has_steps=True,
        is_edit=True,
    ),
    # It needs a booking with two seats.
    Call(
        "POST",
        "/api/reservations/{reservation}/split/",
        "organiser and csrf",
        {"seat_ids": ["{booked}"], "buyer_name": "Zoe", "buyer_email": "zoe@example.com"},
        optional="buyer_name buyer_email",
        permissions=(CHANGE,),
        has_steps=True,
        is_edit=True,
    ),
    Call(
        "POST",
        "/api/reservations/{reservation}/merge/",
        "organiser and csrf",
        {"other": "{reservation_of_bob}", "confirm_other_buyer": True},
        optional="confirm_other_buyer",
        permissions=(CHANGE,),
    ),
    # It needs a booking that was cancelled.
    Call(
        "POST",
        "/api/reservations/{reservation}/paid-back/",
        "organiser and csrf",
        permissions=(CHANGE,),
        has_steps=True,
        is_edit=True,
    ),
    # It needs a verified address.
    Call(
        "POST",
        "/api/reservations/{reservation}/send/",
        "organiser and csrf",
        permissions=(CHANGE,),
        has_steps=True,
        is_edit=True,
    ),
    Call("GET", "/api/payments/", "person"),
    Call("GET", "/api/payments/{reference}/", "person"),
    Call("POST", "/api/payments/{reference}/refresh/", "person and csrf", is_edit=True),
    Call("POST", "/api/payments/{reference}/cancel/", "person and csrf", is_edit=True),
    Call("GET", "/api/tickets/{code}/", "organiser", permissions=(SCAN,)),
    Call(
        "POST",
        "/api/tickets/{code}/entry/",
        "organiser and csrf",
        {"seat_ids": ["{booked}"], "gate": "North", "event": "{event}"},
        optional="seat_ids gate event",
        permissions=(SCAN,),
    ),
    Call("GET", "/api/security-log/", "organiser", permissions=(READ_LOG,)),
    Call("GET", "/api/organisations/", "person"),
    Call(
        "POST",
        "/api/organisations/",
        "organiser and csrf",
        {"name": "Choir"},
        permissions=(ADD_ORGANISATION,),
    ),
    Call("GET", ORGANISATION, "organiser"),
    Call(
        "PATCH",
        ORGANISATION,
        "organiser and csrf",
        {"name": "Choir"},
        permissions=(CHANGE_ORGANISATION,),
    ),
    Call(
        "DELETE",
        ORGANISATION,
        "organiser and csrf",
        permissions=(CHANGE_ORGANISATION,),
        has_steps=True,
    ),
    Call("GET", f"{ORGANISATION}members/", "organiser"),
    Call(
        "PATCH",
        f"{ORGANISATION}members/{{user}}/",
        "organiser and csrf",
        {"role": "door"},
        permissions=(CHANGE_ORGANISATION,),
    ),
    Call(
        "DELETE",
        f"{ORGANISATION}members/{{user}}/",
        "organiser and csrf",
        permissions=(CHANGE_ORGANISATION,),
    ),
    Call("GET", f"{ORGANISATION}invitations/", "organiser", permissions=(CHANGE_ORGANISATION,)),
    Call(
        "POST",
        f"{ORGANISATION}invitations/",
        "organiser and csrf",
        {"email": "zoe@example.com", "role": "editor"},
        permissions=(CHANGE_ORGANISATION,),
    ),
    Call(
        "DELETE",
        f"{ORGANISATION}invitations/{{invitation}}/",
        "organiser and csrf",
        permissions=(CHANGE_ORGANISATION,),
    ),
    Call("GET", f"{ORGANISATION}plans/", "organiser", permissions=(SEE_EVENTS, CHANGE_EVENT)),
    Call(
        "POST",
        f"{ORGANISATION}plans/",
        "organiser and csrf",
        DOCUMENT,
        permissions=(CHANGE_EVENT,),
        is_document=True,
    ),
    Call(
        "POST",
        "/api/plans/check/",
        "organiser and csrf",
        DOCUMENT,
        permissions=(CHANGE_EVENT,),
        is_document=True,
    ),
    *(
        Call("GET", f"{PLAN}{path}", "organiser", permissions=(SEE_EVENTS, CHANGE_EVENT))
        for path in (
            *("", "draft/", "miniature/", "preview/"),
            *("versions/", "versions/1/", "versions/1/export/"),
        )
    ),
    Call("PATCH", PLAN, "organiser and csrf", {"name": "Hall"}, permissions=(CHANGE_EVENT,)),
    Call("DELETE", PLAN, "organiser and csrf", permissions=(CHANGE_EVENT,)),
    # It needs If-Match.
    Call("PUT", f"{PLAN}draft/", "organiser and csrf", DOCUMENT, has_steps=True, is_document=True),
    Call(
        "POST",
        f"{PLAN}versions/",
        "organiser and csrf",
        {"revision": 1},
        permissions=(CHANGE_EVENT,),
    ),
    Call(
        "POST",
        "/api/events/{event}/plan/",
        "organiser and csrf",
        {"plan": "{plan}", "version": 1, "dry_run": True},
        optional="dry_run",
        permissions=(CHANGE_EVENT,),
        is_edit=True,
    ),
    Call("GET", f"{ORGANISATION}feed/", "organiser", permissions=(CHANGE_ORGANISATION,)),
    Call(
        "PUT",
        f"{ORGANISATION}feed/",
        "organiser and csrf",
        {"is_open": True},
        permissions=(CHANGE_ORGANISATION,),
    ),
    Call("GET", f"{ORGANISATION}webhooks/", "organiser", permissions=(CHANGE_ORGANISATION,)),
    Call(
        "POST",
        f"{ORGANISATION}webhooks/",
        "organiser and csrf",
        {
            "url": "https://example.org/hook",
            "kinds": ["booking.created"],
            "description": "Accounts",
        },
        optional="description",
        permissions=(CHANGE_ORGANISATION,),
    ),
    Call("GET", WEBHOOK, "organiser", permissions=(CHANGE_ORGANISATION,)),
    Call(
        "PATCH",
        WEBHOOK,
        "organiser and csrf",
        {
            "url": "https://example.org/other",
            "kinds": ["event.sold_out"],
            "description": "Accounts",
            "is_enabled": True,
        },
        optional="url kinds description is_enabled",
        permissions=(CHANGE_ORGANISATION,),
    ),
    Call("DELETE", WEBHOOK, "organiser and csrf", permissions=(CHANGE_ORGANISATION,)),
    Call("GET", f"{WEBHOOK}deliveries/", "organiser", permissions=(CHANGE_ORGANISATION,)),
    *(
        Call("POST", f"{WEBHOOK}{path}", "organiser and csrf", permissions=(CHANGE_ORGANISATION,))
        for path in ("secret/", "test/", "replay/", "deliveries/{delivery}/replay/")
    ),
    Call("POST", "/api/invitations/check/", "person and csrf", {"token": "{invitation_token}"}),
    Call("POST", "/api/invitations/accept/", "person and csrf", {"token": "{invitation_token}"}),
]
WRITES = [call for call in CALLS if call.is_write]
COMMANDS = [
    call
    for call in WRITES
    if call.path.startswith(("/api/events/{", "/api/reservations/{", "/api/tickets/{"))
    and not (call.is_edit or call.is_file)
]
CALLS_WITH_BODY = [call for call in CALLS if call.body is not None and not call.is_document]
CALLS_OF_AN_EVENT = [call for call in CALLS if "{event}" in call.path]
CALLS_OF_A_RESERVATION = [call for call in CALLS if "{reservation}" in call.path]


def few(values: Iterable[Any]) -> list[Any]:
    """Return test parameters: every sixth value, and the others in thorough runs only.

    For what is done in one place for all calls. Each value is a call, or a tuple of arguments.
    """
    found = []
    for number, value in enumerate(values):
        arguments = value if isinstance(value, tuple) else (value,)
        name = "-".join(str(getattr(each, "name", each)) for each in arguments)
        marks = pytest.mark.thorough if number % 6 else ()
        found.append(pytest.param(*arguments, id=name, marks=marks))
    return found


def refusal(response: Any, status: int, code: str) -> dict[str, Any]:
    """Check that a response is an error in the contract's format; return its body.

    The request id is left out, because it is different each time.
    """
    body = response.content
    assert response.status_code == status, (response.status_code, body)
    assert response.headers["Content-Type"] == "application/json", response.headers
    found: dict[str, Any] = response.json()
    assert found["code"] == code, found
    assert found.pop("request_id") == response.headers["X-Request-ID"]
    assert isinstance(found["error"], str)
    assert found["error"].strip()
    for trace in (b"Traceback", b"Error:", b".py", b"<html", b"psycopg", b"sqlite"):
        assert trace not in body
    assert ("Retry-After" in response.headers) == (status in (429, 503))
    if status == 401:
        assert "WWW-Authenticate" in response.headers
    return found


def send(client: APIClient, method: str, path: str, **more: Any) -> Any:
    """Send raw bytes as JSON."""
    return client.generic(method, path, **{"data": b"", "content_type": "application/json", **more})
