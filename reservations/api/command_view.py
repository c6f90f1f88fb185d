"""Views of commands, which are answered on the event loop.

REST framework's way through a view costs more than all the rest of a click, so a request that is
formed as clients form it meets only the parts that matter: authenticators, throttles, the parser.
What is unusual, and every refusal, is left to the framework, which answers it as for other views.
"""

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.parsers import BaseParser
from rest_framework.views import APIView

from reservations.threads import at_once_or_in_thread, in_thread

_ALLOWED = "POST, OPTIONS"


class CommandView(APIView):
    """A call that sends a command, by POST, for somebody who is signed in.

    `post` is a coroutine. The request that it gets is Django's, with `user` and `data` as REST
    framework's has them. Each step before it answers from memory, or awaits a thread.
    """

    async def dispatch(  # type: ignore[override]
        self, request: Any, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer a request."""
        if request.method != "POST":
            return await in_thread(partial(super().dispatch, request, *args, **kwargs))
        try:
            await self.prepare(request, **kwargs)
            response = await self.post(request, **kwargs)
        except Exception as error:  # noqa: BLE001
            return self._refusal(request, error, *args, **kwargs)
        response.headers["Allow"] = _ALLOWED
        return response

    # No path ends in a format's name.
    format_kwarg = None

    # Takes the request and what the path names.
    post: Callable[..., Awaitable[HttpResponseBase]]

    async def prepare(self, request: Any, **kwargs: Any) -> None:
        """Find out who asks and whether they may, and read the body. Raises: APIException."""
        negotiation: Any = self.content_negotiation_class
        if not negotiation.accepts_json(request.META):
            self.perform_content_negotiation(self.initialize_request(request))
        request.user = request._user = await at_once_or_in_thread(partial(_identify, request))
        # Counts, so it cannot be run twice; it does not block on an event loop.
        self.check_throttles(request)
        await self.admit(request, **kwargs)
        request.data = self._data(request)

    async def admit(self, request: Any, **kwargs: Any) -> None:
        """Refuse who may not send this command. Raises: SeatcastError."""

    def _data(self, request: Any) -> Any:
        """Return what the body says. Raises: ParseError, UnsupportedMediaType."""
        if request.META.get("CONTENT_LENGTH") in (None, "", "0"):
            return {}
        if request.META.get("CONTENT_TYPE") != "application/json":
            return self.initialize_request(request).data
        return _parser().parse(request)

    def _refusal(
        self, request: HttpRequest, error: Exception, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Return the framework's answer to an error, or raise it if it is no refusal."""
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        self.request = self.initialize_request(request, *args, **kwargs)
        response = self.handle_exception(error)
        return self.finalize_response(self.request, response, *args, **kwargs)


def _identify(request: Any) -> Any:
    """Return who sends a request. Raises: APIException, NotAuthenticated if it is nobody."""
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
