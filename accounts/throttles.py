"""How often one may try to sign in or to register."""

import hashlib
import logging
from typing import Any

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

logger = logging.getLogger(__name__)


class Throttle(SimpleRateThrottle):
    """Counts tries in the cache. While that is away nobody is kept out, which is logged."""

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError:
            logger.exception("The cache is away; tries are not counted")
            return True


class LoginThrottle(Throttle):
    """Counts tries by address and name, so that nobody can lock others out from elsewhere."""

    scope = "login"

    def get_cache_key(self, request: Request, view: Any) -> str:  # noqa: ARG002
        data = request.data if isinstance(request.data, dict) else {}
        name = str(data.get("username", ""))[:150].casefold()
        ident = f"{self.get_ident(request)} {name}".encode(errors="replace")
        return self.cache_format % {
            "scope": self.scope,
            "ident": hashlib.sha256(ident).hexdigest(),
        }


class RegisterThrottle(Throttle):
    """Counts tries by address."""

    scope = "register"

    def get_cache_key(self, request: Request, view: Any) -> str:  # noqa: ARG002
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
