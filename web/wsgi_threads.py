"""Serve a WSGI application on an ASGI server. Imports nothing of Django, so any server can."""

from typing import Any

from a2wsgi import WSGIMiddleware


def run_wsgi_in_threads(application: Any, *, threads: int) -> Any:
    """Return an ASGI application that runs a WSGI one, up to `threads` requests at a time."""
    run_in_thread = WSGIMiddleware(application, workers=threads)

    async def respond(scope: Any, receive: Any, send: Any) -> None:
        async def receive_coroutine() -> Any:
            return await receive()

        # a2wsgi needs `receive` to return a coroutine, and Granian's returns another awaitable.
        await run_in_thread(scope, receive_coroutine, send)

    return respond
