"""What browsers are told that they may do with an answer, besides what Django itself tells them.

A policy is the same text for everybody, so that it costs next to nothing, and says it all where a
page loads its scripts and styles from files: none of ours has one in its text. The proxy says the
same of what it serves by itself; a test holds `deploy/Caddyfile` to it.
"""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

POLICY = "Content-Security-Policy"

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""For the client and the admin: everything from here, and nothing from a page's own text."""

DOCS_POLICY = PAGE_POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""For the page of the API, whose style has its arrows and marks in it."""

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
"""For what is no page: should a browser be made to take it for one, it can do nothing."""

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"

FILE_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    POLICY: PAGE_POLICY,
}
"""All of it, for the files that Django does not see."""

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


@sync_and_async_middleware
def with_security_headers(
    get_response: Callable[[HttpRequest], Answer],
) -> Callable[[HttpRequest], Answer]:
    """Add the policies to each answer; a view may have one of its own."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return _with_security_headers(await get_response(request))

        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _with_security_headers(get_response(request))  # type: ignore[arg-type]

    return answer


def _with_security_headers(response: HttpResponseBase) -> HttpResponseBase:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    response.headers.setdefault(POLICY, PAGE_POLICY if is_page else DATA_POLICY)
    if not is_page:
        # What may be kept says so itself.
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Permissions-Policy"] = PERMISSIONS
    # No page elsewhere loads it as a picture or a script; one that is let ask for it, as CORS has
    # it, is not meant.
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
