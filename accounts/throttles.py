"""How often one may try to sign in or to register."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class LoginThrottle(SimpleRateThrottle):
    """Counts tries by address and name, so that nobody can lock others out from elsewhere."""

    scope = "login"

    def get_cache_key(self, request: Request, view: Any) -> str:  # noqa: ARG002
        data = request.data if isinstance(request.data, dict) else {}
        name = str(data.get("username", ""))[:150].casefold()
        return self.cache_format % {
            "scope": self.scope,
            "ident": f"{self.get_ident(request)} {name}".encode().hex(),
        }


class RegisterThrottle(SimpleRateThrottle):
    """Counts tries by address."""

    scope = "register"

    def get_cache_key(self, request: Request, view: Any) -> str:  # noqa: ARG002
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
