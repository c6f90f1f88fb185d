"""An application with one thread, in the API servers' frame for WSGI, which notes what it runs.

`/hold/` keeps the thread until the test writes to the FIFO of the environment's NOTES folder. The
path of a request is written to files there: `arrived`, `run` when it is run, and `gone` when the
server says that its client has gone. With KEEP_LEFTOVERS, nothing asks the server for that.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from a2wsgi import WSGIMiddleware

from config.web.wsgi_threads import run_wsgi_in_threads

NOTES = Path(os.environ["NOTES"])


def _note(name: str, what: str) -> None:
    with (NOTES / name).open("a") as file:
        file.write(f"{what}\n")


def _work(environ: Any, start_response: Any) -> Iterable[bytes]:
    _note("run", environ["PATH_INFO"])
    if environ["PATH_INFO"] == "/hold/":
        (NOTES / "release").read_text()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]


_application: Any = (
    WSGIMiddleware(_work, workers=1)
    if "KEEP_LEFTOVERS" in os.environ
    else run_wsgi_in_threads(_work, threads=1)
)


async def application(scope: Any, receive: Any, send: Any) -> None:
    async def noted() -> Any:
        message = await receive()
        if message["type"] == "http.disconnect":
            _note("gone", scope["path"])
        return message

    _note("arrived", scope["path"])
    await _application(scope, noted, send)
