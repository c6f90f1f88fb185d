"""Security headers, besides those that Django sets.

The policies are constant strings, so they cost next to nothing. Constants suffice because pages
load all scripts and styles from files. The proxy sets the same headers on files that it serves; a
test compares `deploy/Caddyfile` with these constants.
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
"""For the pages of Django, such as the admin: resources from this site only, and nothing inline."""

CLIENT_POLICY = PAGE_POLICY.replace("img-src 'self'", "img-src 'self' blob:")
"""For the client, which also shows files that its user has chosen: an SVG to trace a plan from. A
`blob:` address is made by the page's own script and fetches nothing."""

DOCS_POLICY = PAGE_POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""For the API documentation, whose style sheet embeds icons as data URLs."""

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
"""For responses that are not pages, in case a browser is tricked into rendering one."""

PERMISSIONS = "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"

FILE_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    POLICY: CLIENT_POLICY,
}
"""All headers, for files that Django does not serve."""

AnyResponse = HttpResponseBase | Awaitable[HttpResponseBase]


@sync_and_async_middleware
def with_security_headers(
    get_response: Callable[[HttpRequest], AnyResponse],
) -> Callable[[HttpRequest], AnyResponse]:
    """Add the policies to each response, unless the view has set its own."""
    if iscoroutinefunction(get_response):

        async def respond_async(request: HttpRequest) -> HttpResponseBase:
            return _with_security_headers(await get_response(request))

        return respond_async

    def respond(request: HttpRequest) -> HttpResponseBase:
        return _with_security_headers(get_response(request))  # type: ignore[arg-type]

    return respond


def _with_security_headers(response: HttpResponseBase) -> HttpResponseBase:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    response.headers.setdefault(POLICY, PAGE_POLICY if is_page else DATA_POLICY)
    if not is_page:
        # Responses that may be cached set this header themselves.
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Permissions-Policy"] = PERMISSIONS
    # Other sites cannot embed it as an image or script. CORS requests are not affected.
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
