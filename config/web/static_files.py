"""Serve static files in front of Django: the built client and the files of Django's apps.

Not as a Django middleware: a synchronous one would make every request wait in a thread for the
event loop, and a request cancelled at the wrong moment would block its thread forever.
"""

from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from servestatic import ServeStatic, ServeStaticASGI

from config.web.security_headers import FILE_HEADERS


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
        # Vite puts a content hash into these names.
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
        # These names stay the same from one build to the next, above all the service worker's.
        headers["Cache-Control"] = "no-cache"
