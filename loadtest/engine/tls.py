"""The certificates that connections to a site trust."""

import os
import ssl
from functools import cache
from pathlib import Path

# OpenSSL reads this variable, also in child processes.
_VARIABLE = "SSL_CERT_FILE"


def trust(authority: Path | None) -> None:
    """Trust the certificates of `authority`, if given, instead of the machine's authorities."""
    if authority is not None:
        os.environ[_VARIABLE] = str(authority)


@cache
def client_tls() -> ssl.SSLContext:
    """Return the TLS context of all connections of this process; creating one is slow."""
    return ssl.create_default_context()
