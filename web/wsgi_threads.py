"""A WSGI application for servers that speak ASGI: each request in one of some threads."""

from typing import Any

from a2wsgi import WSGIMiddleware


def run_wsgi_in_threads(application: Any, *, threads: int) -> Any:
    """Return an ASGI application that has a WSGI one answer, so many requests at a time."""
    request_context = WSGIMiddleware(application, workers=threads)

    async def answered(scope: Any, receive: Any, send: Any) -> None:
        async def receiving() -> Any:
            return await receive()

        # Granian's own is no coroutine, and the thread that reads a body needs one.
        await request_context(scope, receiving, send)

    return answered
