"""REST framework's views, with methods that are coroutines."""

from functools import cache, partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reservations.threads import at_once_or_in_thread


class AsyncAPIView(APIView):
    """A view that never blocks the event loop: each step answers from memory, or awaits a thread.

    Everything else is the framework's: authentication, permissions, throttles, content
    negotiation, parsers and the exception handler.
    """

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Return the authenticators that all requests share: they keep nothing of any."""
        return _authenticators()

    async def dispatch(  # type: ignore[override]
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer a request as `APIView.dispatch` does."""
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        self.request = asked = self.initialize_request(request, *args, **kwargs)
        try:
            await self.ainitial(asked)
            response = await self._handler(asked)(asked, *args, **kwargs)
        except Exception as error:  # noqa: BLE001
            # The exception handler raises again what is no refusal.
            response = self.handle_exception(error)
        return self.finalize_response(asked, response, *args, **kwargs)

    async def ainitial(self, request: Request) -> None:
        """Do what comes before the method, as `APIView.initial` does. Raises: APIException."""
        self.format_kwarg = None
        negotiated = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = negotiated
        await at_once_or_in_thread(partial(self.perform_authentication, request))
        await at_once_or_in_thread(partial(self.check_permissions, request))
        # Counts, so it cannot be run twice; it does not block on an event loop.
        self.check_throttles(request)

    def _handler(self, request: Request) -> Any:
        if request.method and request.method.lower() in self.http_method_names:
            found = getattr(self, request.method.lower(), None)
            if found is not None:
                return found
        return self._not_allowed

    async def _not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.http_method_not_allowed(request, *args, **kwargs)

    async def options(  # type: ignore[override]
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        return super().options(request, *args, **kwargs)


@cache
def _authenticators() -> list[BaseAuthentication]:
    return [each() for each in APIView.authentication_classes]
