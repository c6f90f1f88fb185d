"""Certificates of an authority that nobody else trusts."""

from dataclasses import dataclass
from pathlib import Path

import trustme

from deploy.unprivileged import give


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A server's certificate and key, and who vouches for it, as PEM files."""

    authority: Path
    chain: Path
    key: Path


def certificate(folder: Path, *, name: str) -> Certificate:
    """Make an authority and a server's certificate for a host, for the user servers run as."""
    authority = trustme.CA()
    issued = authority.issue_cert(name)
    made = Certificate(
        authority=folder / "ca.crt", chain=folder / "server.crt", key=folder / "server.key"
    )
    authority.cert_pem.write_to_path(made.authority)
    made.authority.chmod(0o644)
    give(made.chain, "".join(pem.bytes().decode() for pem in issued.cert_chain_pems))
    give(made.key, issued.private_key_pem.bytes().decode())
    return made
