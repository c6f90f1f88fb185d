"""Request ids: a UUID in each response, error, log line and seat change.

Users can quote it to support. It is made by the first server that receives the request: the proxy,
or this one without a proxy.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from accounts.client_ip import client_ip
from infrastructure.security_log.request_context import RequestContext, current_request

HEADER = "X-Request-ID"

_META = "HTTP_X_REQUEST_ID"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

AnyResponse = HttpResponseBase | Awaitable[HttpResponseBase]


@dataclass(frozen=True, slots=True)
class ActiveRequest:
    """The request that is being handled. `id` is its `uuid` as text."""

    id: str
    uuid: UUID
    path: str


_current: ContextVar[ActiveRequest | None] = ContextVar("current_request", default=None)


def active_request() -> ActiveRequest | None:
    """Return the request being handled in this context, or None."""
    return _current.get()


def request_id() -> str | None:
    """Return the id of the request being handled in this context, or None."""
    found = _current.get()
    return found.id if found else None


@sync_and_async_middleware
def with_request_id(
    get_response: Callable[[HttpRequest], AnyResponse],
) -> Callable[[HttpRequest], AnyResponse]:
    """Assign each request an id and return it with the response. Must be the first middleware.

    The request's own `X-Request-ID` header is set to it, whatever the client sent.
    """
    if iscoroutinefunction(get_response):

        async def respond_async(request: HttpRequest) -> HttpResponseBase:
            with _request_context(request) as number:
                response: HttpResponseBase = await get_response(request)
            response.headers[HEADER] = number
            return response

        return respond_async

    def respond(request: HttpRequest) -> HttpResponseBase:
        with _request_context(request) as number:
            response: HttpResponseBase = get_response(request)  # type: ignore[assignment]
        response.headers[HEADER] = number
        return response

    return respond


@contextmanager
def request_context(*, given: str, path: str) -> Iterator[ActiveRequest]:
    """Handle a request within the context. Its id is `given` if a proxy has set it, else a new one.

    Ids from clients are not used: they may be repeated or malformed.
    """
    is_from_proxy = settings.REST_FRAMEWORK["NUM_PROXIES"] and _UUID.fullmatch(given)
    uuid = UUID(given) if is_from_proxy else uuid4()
    request = ActiveRequest(str(uuid), uuid, path)
    previous = _current.set(request)
    try:
        yield request
    finally:
        _current.reset(previous)


@contextmanager
def _request_context(request: HttpRequest) -> Iterator[str]:
    with request_context(given=request.META.get(_META, ""), path=request.path) as current:
        request.META[_META] = current.id
        previous = current_request.set(
            RequestContext(
                request_id=current.uuid,
                actor_id=partial(_person_id, request),
                address=partial(client_ip, request),
            )
        )
        try:
            yield current.id
        finally:
            current_request.reset(previous)


def _person_id(request: HttpRequest) -> int | None:
    """Return the id of the request's user, if it has been authenticated by now."""
    user = getattr(request, "user", None)
    return int(user.pk) if user is not None and user.pk else None
