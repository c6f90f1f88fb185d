"""What connections to a site over TLS trust."""

import os
import ssl
from functools import cache
from pathlib import Path

# The name under which OpenSSL itself looks for it; whoever this process starts does too.
_VARIABLE = "SSL_CERT_FILE"


def trust(authority: Path | None) -> None:
    """Trust the certificates that an authority vouches for, in place of those of the machine."""
    if authority is not None:
        os.environ[_VARIABLE] = str(authority)


@cache
def client_tls() -> ssl.SSLContext:
    """Return what all connections of this process have in common: it is slow to make."""
    return ssl.create_default_context()
