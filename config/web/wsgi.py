"""Adapters between WSGI and this project's ASGI middleware."""

from typing import Any

from config.web.probes import Probes
from config.web.request_limits import limit_reply, without_escaped_cookies


def with_limits_and_probes(application: Any, probes: Probes) -> Any:
    """Return a WSGI application that limits requests to another and answers the probes."""

    def respond(environ: Any, start_response: Any) -> Any:
        path = environ.get("PATH_INFO", "")
        headers = [
            (name[5:].replace("_", "-").lower().encode(), value.encode("latin-1"))
            for name, value in environ.items()
            if name.startswith("HTTP_")
        ]
        reply = limit_reply(path, headers)
        if reply is None and (probe := probes.probe(path)) is not None:
            reply = probe()
        if reply is not None:
            start_response(f"{reply.status.value} {reply.status.phrase}", reply.all_headers())
            return [reply.body]
        if "HTTP_COOKIE" in environ:
            cookies = without_escaped_cookies(environ["HTTP_COOKIE"].encode("latin-1"))
            environ = {**environ, "HTTP_COOKIE": cookies.decode("latin-1")}
        return application(environ, start_response)

    return respond
