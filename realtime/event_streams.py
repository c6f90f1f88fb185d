"""Event streams: the frames of the WebSocket as server-sent events, for clients without one.

The address is that of the socket, so proxies route both to the same servers.
"""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from rest_framework.views import APIView

from accounts.client_ip import client_ip_of_scope
from realtime import metrics
from realtime.limits import handshakes
from realtime.messages import CloseCode
from realtime.viewers import Viewer
from realtime.watching import watch
from reservations.runtime.threads import in_thread

# For `EventSource`, which reconnects by itself. It also makes servers send the headers at once.
_OPENING = {"type": "http.response.body", "body": b"retry: 3000\n\n", "more_body": True}


class EventStream(StreamingHttpResponse):
    """The response to a request for an event stream, whose body is sent by `run`.

    Refusals are its first event, `close`, with the close code of a socket.
    """

    def __init__(self, event_id: int) -> None:
        super().__init__(content_type="text/event-stream")
        self._event_id = event_id
        # Against proxies that compress or buffer responses.
        self["Cache-Control"] = "no-store, no-transform"
        self["X-Accel-Buffering"] = "no"

    async def run(self, scope: Any, receive: Any, send: Any) -> None:
        """Send the frames until the client or the server ends the stream."""
        await send(_OPENING)
        viewer = Viewer(send, is_stream=True)
        with ExitStack() as leaving:
            code = await self._admit(viewer, scope, leaving)
            if code is not None:
                viewer.transport.close(code)
            while (await receive())["type"] != "http.disconnect":
                pass

    async def _admit(self, viewer: Viewer, scope: Any, leaving: ExitStack) -> int | None:
        if handshakes.take(client_ip_of_scope(scope)):
            metrics.handshakes_refused.inc()
            return CloseCode.TOO_MANY_SOCKETS
        metrics.streams_opened.inc()
        return await watch(viewer, scope, event_id=self._event_id, leaving=leaving)


class EventStreamView(APIView):
    """The live seat map of one event. Other methods than GET are refused by REST framework."""

    http_method_names = ["get", "options"]
    schema = None
    authentication_classes = ()
    permission_classes = ()

    async def dispatch(  # type: ignore[override]
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if request.method != "GET":
            return await in_thread(partial(super().dispatch, request, *args, **kwargs))
        return await self.get(request, **kwargs)

    async def get(self, request: HttpRequest, event_id: int) -> HttpResponseBase:
        """Return the stream. Raises: Http404 on WSGI servers, which have no event loop for it."""
        if not isinstance(request, ASGIRequest):
            raise Http404
        return EventStream(event_id)


def is_event_stream_view(view: Callable[..., Any]) -> bool:
    """Return whether a view of the URL configuration answers with event streams."""
    return getattr(view, "view_class", None) is EventStreamView
