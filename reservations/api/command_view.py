"""The base class of the views that send seat commands, which run on the event loop.

REST framework's dispatch costs more than the rest of a command, so ordinary requests use only its
authenticators, throttles and parser. Unusual requests and all errors go through the framework.
"""

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.parsers import BaseParser
from rest_framework.views import APIView

from reservations.runtime.threads import at_once_or_in_thread, in_thread

_ALLOWED = "POST, OPTIONS"


class CommandView(APIView):
    """A view whose coroutine `post` sends a command for a signed-in user.

    `post` gets Django's request, with `user` and `data` like those of REST framework's. Each step
    before it uses data in memory, or awaits a thread.
    """

    async def dispatch(  # type: ignore[override]
        self, request: Any, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Handle a request on the event loop; methods other than POST in a thread."""
        if request.method != "POST":
            return await in_thread(partial(super().dispatch, request, *args, **kwargs))
        try:
            await self.prepare(request, **kwargs)
            response = await self.post(request, **kwargs)
        except Exception as error:  # noqa: BLE001
            return self._refusal(request, error, *args, **kwargs)
        response.headers["Allow"] = _ALLOWED
        return response

    # URLs have no format suffix.
    format_kwarg = None

    # Gets the request and the path parameters.
    post: Callable[..., Awaitable[HttpResponseBase]]

    async def prepare(self, request: Any, **kwargs: Any) -> None:
        """Authenticate, throttle, authorise, and parse the body. Raises: APIException."""
        negotiation: Any = self.content_negotiation_class
        if not negotiation.accepts_json(request.META):
            self.perform_content_negotiation(self.initialize_request(request))
        request.user = request._user = await at_once_or_in_thread(partial(_identify, request))
        # Not with `at_once_or_in_thread`, which may run it twice; it does not block the loop.
        self.check_throttles(request)
        await self.admit(request, **kwargs)
        request.data = self._data(request)

    async def admit(self, request: Any, **kwargs: Any) -> None:
        """Authorise the request; subclasses override it. Raises: SeatcastError."""

    def _data(self, request: Any) -> Any:
        """Return the parsed body. Raises: ParseError, UnsupportedMediaType."""
        if request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            return {}
        if request.META.get("CONTENT_TYPE") != "application/json":
            return self.initialize_request(request).data
        return _parser().parse(request)

    def _refusal(
        self, request: HttpRequest, error: Exception, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Return REST framework's response to an error, or raise it if it has none."""
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        self.request = self.initialize_request(request, *args, **kwargs)
        response = self.handle_exception(error)
        return self.finalize_response(self.request, response, *args, **kwargs)


def _identify(request: Any) -> Any:
    """Return the authenticated user. Raises: APIException, NotAuthenticated if there is none."""
    for authenticator in _authenticators():
        if found := authenticator.authenticate(request):
            return found[0]
    raise NotAuthenticated


@cache
def _authenticators() -> list[BaseAuthentication]:
    return [each() for each in APIView.authentication_classes]


@cache
def _parser() -> BaseParser:
    [parser] = APIView.parser_classes
    return parser()
