"""Code that runs as if for a web request."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from infrastructure.security_log.request_context import RequestContext, current_request


@contextmanager
def requested_by(person_id: int | None, address: str = "192.0.2.1") -> Iterator[None]:
    """Run the block for a person's request from an address."""
    request = RequestContext(
        request_id=uuid4(), actor_id=lambda: person_id, address=lambda: address
    )
    token = current_request.set(request)
    try:
        yield
    finally:
        current_request.reset(token)
