"""Static files in front of Django: the built client's, and those of Django's apps.

In front, and not as a middleware: one that is not asynchronous makes every request wait in a
thread for the loop, and a request that is cancelled at the wrong moment leaves its thread waiting
for good.
"""

from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from servestatic import ServeStatic, ServeStaticASGI

from web.security_headers import FILE_HEADERS


def with_static_files(
    application: Any, *, server: type[ServeStatic | ServeStaticASGI] = ServeStaticASGI
) -> Any:
    """Return an application that serves static files and passes all other requests on.

    `server` is `ServeStatic` for a WSGI application.
    """
    files = server(
        application,
        root=settings.CLIENT_DIR if settings.CLIENT_DIR.is_dir() else None,
        allow_all_origins=False,
        # Vite names these by their content.
        immutable_file_test="^/assets/",
        add_headers_function=_add_headers,
    )
    for finder in get_finders():
        for path, storage in finder.list([]):
            files.add_file_to_dictionary(f"{settings.STATIC_URL}{path}", storage.path(path))
    return files


def _add_headers(headers: Headers, path: str, url: str) -> None:  # noqa: ARG001
    for name, value in FILE_HEADERS.items():
        headers[name] = value
    if not url.startswith("/assets/"):
        # Kept under the same name from one build to the next, the service worker above all.
        headers["Cache-Control"] = "no-cache"
