"""The short way of a click: from the server to the desk and back, without Django in between.

In a rush nearly all requests lock seats, let go of them or book them, and nearly all that Django
does for them is the same each time. A click takes the short way if all that is to be known about
it is known in this process: it has the plainest form, and comes from somebody who is remembered,
has room in what they may ask, and wants seats of an event that everybody may see. All others, and
whatever is wrong with a request, are left to Django. What it would answer is answered here, to the
letter: `tests/config/test_clicks.py` compares.

Concurrency: runs on the server's loop, and never waits for anything but the desk.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts import remembered
from accounts.authentication import known_bearer
from accounts.identities import SignedIn
from accounts.throttles import ApiThrottle
from config import metrics
from config.headers import DATA_POLICY, FILE_HEADERS, POLICY
from config.origins import is_our_host, is_ours
from config.refusals import refusal_body, refused
from config.renderers import JSON_WILL_DO
from config.request_ids import HEADER, answering
from config.telemetry import is_tracing
from realtime import publisher
from realtime.database import in_database_thread
from reservations import desk, selectors
from reservations.alternatives import offer_from_loop
from reservations.api.requests import MAX_ID, is_key
from reservations.api.serializers import MAX_SEATS
from reservations.commands import Command, LockSeats, ReserveSeats, UnlockSeats
from reservations.errors import LockExpired, SeatcastError, SeatUnavailable
from reservations.payments.provider import is_paid_later
from reservations.records import Answer
from reservations.states import Person

_ID = r"([1-9]\d{0,18})"
_PATH = re.compile(
    rf"/api/events/{_ID}/(?:seats/{_ID}/(lock|unlock)|(lock|unlock|reserve))/", re.ASCII
)
_LENGTH = re.compile(rb"\d{1,4}")
_CSRF_TOKEN = re.compile(r"[A-Za-z0-9]{32}")
# Who is refused for these is told what else could be had.
_OFFERED_MORE: dict[type[Command], tuple[type[SeatcastError], ...]] = {
    LockSeats: (SeatUnavailable,),
    ReserveSeats: (SeatUnavailable, LockExpired),
    UnlockSeats: (),
}

logger = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(1, thread_name_prefix="clicks")

_Headers = dict[bytes, bytes]
_Pairs = list[tuple[bytes, bytes]]
_Command = LockSeats | UnlockSeats | ReserveSeats


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that could be a click, as it came. `seat` is None if its body names the seats."""

    path: str
    event: int
    seat: int | None
    call: str
    headers: _Headers
    body: bytes

    @property
    def route(self) -> str:
        place = "" if self.seat is None else "seats/<id:seat_id>/"
        return f"api/events/<id:event_id>/{place}{self.call}/"


@dataclass(frozen=True, slots=True)
class _Click:
    event_id: int
    command: _Command
    key: str | None
    is_for_one: bool


def with_short_way(application: Any) -> Any:
    """Return an ASGI application that answers plain clicks, and leaves the rest to another.

    Where requests are traced it leaves all of them: it is Django's that are.
    """
    if is_tracing():
        return application
    fixed = _fixed_headers()

    async def shortened(scope: Any, receive: Any, send: Any) -> None:
        started = time.perf_counter()
        publisher.use_loop(asyncio.get_running_loop())
        found = _path_of(scope)
        given = _only_once(scope["headers"]) if found else None
        size = _size(given) if given else None
        if found is None or given is None or size is None:
            await application(scope, receive, send)
            return
        message = await receive()
        body = message.get("body", b"")
        asked = _asked(found, given, body)
        click = _plain_click(asked) if len(body) == size else None
        if click is None:
            await application(scope, _again(message, receive), send)
            return
        named = given.get(b"x-request-id", b"").decode("latin-1")
        with answering(given=named, path=asked.path) as number:
            status, data, more = await _answer(click)
            content = orjson.dumps(data)
        metrics.count_request("POST", asked.route, status, started=started)
        headers = [
            *fixed,
            (HEADER.encode(), number.encode()),
            (b"Content-Length", b"%d" % len(content)),
            *_cors_headers(given.get(b"origin")),
            *((name.encode(), value.encode()) for name, value in more.items()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    return shortened


def _asked(found: re.Match[str], given: _Headers, body: bytes) -> _Asked:
    event, seat, call_for_one, call = found.groups()
    number = int(seat) if seat else None
    return _Asked(found.string, int(event), number, call_for_one or call, given, body)


def _path_of(scope: Any) -> re.Match[str] | None:
    """Return what the path of a click says; None if it is none."""
    if scope["type"] != "http" or scope["method"] != "POST" or scope["query_string"]:
        return None
    return _PATH.fullmatch(scope["path"])


async def _answer(click: _Click) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Return the status, the body and more headers of the answer to a click."""
    try:
        answer = await _decided(click)
    except Exception as error:
        if found := refused(error):
            return found.status, found.body, found.headers
        logger.exception("A click could not be answered")
        return 500, refusal_body("server_error", "Something broke on our side."), {}
    status, data = _done(click, answer)
    return status, {"success": True, "message": answer["message"], **data}, {}


def _done(click: _Click, answer: Answer) -> tuple[int, dict[str, Any]]:
    if isinstance(click.command, ReserveSeats):
        booked = answer["reservation"]
        return 201, {"reservation_id": booked["id"], "reservation": booked}
    if click.is_for_one:
        return 200, {"seat": answer["seats"][0]}
    return 200, {"seats": answer["seats"]}


async def _decided(click: _Click) -> Answer:
    """Have the desk decide. Raises: SeatcastError, complete with what else could be had."""
    event_id, command = click.event_id, click.command
    try:
        return await desk.submit_from_loop(event_id=event_id, command=command, key=click.key)
    except _OFFERED_MORE[type(command)] as refusal:
        await offer_from_loop(
            refusal, event_id=event_id, seat_ids=command.seat_ids, in_thread=in_database_thread
        )
        raise


def _only_once(pairs: Iterable[tuple[bytes, bytes]]) -> _Headers | None:
    """Return the headers by their names in lower case; None if one comes twice."""
    found: _Headers = {}
    for name, value in pairs:
        if found.setdefault(name.lower(), value) is not value:
            return None
    return found


def _size(given: _Headers) -> int | None:
    """Return how long a body is said to be; None if that is too long to be plain, or not said."""
    if b"transfer-encoding" in given:
        return None
    length = given.get(b"content-length", b"0")
    return int(length) if _LENGTH.fullmatch(length) else None


def _wish(asked: _Asked) -> tuple[tuple[int, ...], str] | None:
    """Return which seats are meant, and how they are to be paid for, which is empty if not at all.

    None if the body does not say so in the plainest form, or a payment provider is to be asked.
    """
    if asked.seat is not None:
        return ((asked.seat,), "") if asked.body in (b"", b"{}") else None
    try:
        said = orjson.loads(asked.body)
    except orjson.JSONDecodeError:
        return None
    is_paid = asked.call == "reserve"
    names = {"seat_ids", "payment_method"} if is_paid else {"seat_ids"}
    if not isinstance(said, dict) or said.keys() != names:
        return None
    ids, method = said["seat_ids"], said.get("payment_method", "")
    is_offline = isinstance(method, str) and bool(method) and is_paid_later(method)
    if not isinstance(ids, list) or not 0 < len(ids) <= MAX_SEATS or is_paid != is_offline:
        return None
    are_numbers = all(type(each) is int and 0 < each <= MAX_ID for each in ids)
    return (tuple(ids), method) if are_numbers else None


def _plain_click(asked: _Asked) -> _Click | None:
    """Return the click that is asked for, counted; None if it is for Django to answer."""
    given, wish = asked.headers, _wish(asked)
    key, origin = given.get(b"idempotency-key"), given.get(b"origin")
    host = given.get(b"host", b"").decode("latin-1")
    if (
        wish is None
        or asked.event > MAX_ID
        or (asked.seat or 0) > MAX_ID
        or (asked.body and given.get(b"content-type") != b"application/json")
        or given.get(b"accept", b"*/*").decode("latin-1") not in JSON_WILL_DO
        or not (key is None or is_key(key.decode("latin-1")))
        or not is_our_host(host)
        or (settings.HTTPS and given.get(b"x-forwarded-proto") != b"https")
        or not (origin is None or is_ours(origin.decode("latin-1"), host))
        or not selectors.is_known_public(event_id=asked.event)
    ):
        return None
    user = _bearer(given) if b"authorization" in given else _session(given)
    if user is None or not ApiThrottle.has_room_at_once(str(user.pk), later=_in_a_thread):
        return None
    command = _command(asked.call, Person(id=int(user.pk), name=user.username), *wish)
    return _Click(
        asked.event, command, key.decode() if key else None, is_for_one=asked.seat is not None
    )


def _in_a_thread(work: Callable[[], object]) -> None:
    asyncio.get_running_loop().run_in_executor(_threads, work)


def _command(call: str, person: Person, seat_ids: tuple[int, ...], method: str) -> _Command:
    match call:
        case "lock":
            return LockSeats(person, seat_ids)
        case "unlock":
            return UnlockSeats(person, seat_ids)
        case _:
            return ReserveSeats(person, seat_ids, method)


def _bearer(given: _Headers) -> SignedIn | None:
    scheme, _, raw_token = given[b"authorization"].partition(b" ")
    if scheme != b"Bearer" or not raw_token or b" " in raw_token:
        return None
    try:
        return known_bearer(raw_token)
    except InvalidToken:
        return None


def _session(given: _Headers) -> SignedIn | None:
    """Return whose session's cookie it is, if the page that sent it has the CSRF token, too."""
    cookies = given.get(b"cookie", b"").decode("latin-1")
    token = given.get(b"x-csrftoken", b"").decode("latin-1")
    pairs = [tuple(pair.strip().split("=", 1)) for pair in cookies.split(";")]
    if '"' in cookies or len({pair[0] for pair in pairs}) < len(pairs):
        return None
    by_name = dict(pair for pair in pairs if len(pair) == 2)
    key = by_name.get(settings.SESSION_COOKIE_NAME)
    is_ours = _CSRF_TOKEN.fullmatch(token) and token == by_name.get(settings.CSRF_COOKIE_NAME)
    # Over HTTPS Django looks at the referrer where there is no origin.
    if not key or not is_ours or (settings.HTTPS and b"origin" not in given):
        return None
    return remembered.known_person(key)


def _cors_headers(origin: bytes | None) -> _Pairs:
    if origin is None or origin.decode("latin-1") not in settings.CLIENT_ORIGINS:
        return []
    exposed = ", ".join(settings.CORS_EXPOSE_HEADERS)
    return [
        (b"Access-Control-Allow-Origin", origin),
        (b"Access-Control-Expose-Headers", exposed.encode()),
    ]


def _fixed_headers() -> _Pairs:
    """Return what the answers to all clicks say in their headers."""
    found = {
        "Content-Type": "application/json",
        "Allow": "POST, OPTIONS",
        "Vary": "origin",
        **FILE_HEADERS,
        POLICY: DATA_POLICY,
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.HTTPS:
        below = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
        found["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}{below}"
    return [(name.encode(), value.encode()) for name, value in found.items()]


def _again(message: Any, receive: Any) -> Any:
    """Return what receives a message that was received already, and then what comes after it."""
    messages = [message]

    async def receiving() -> Any:
        return messages.pop() if messages else await receive()

    return receiving
