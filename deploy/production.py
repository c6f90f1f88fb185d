"""What the stack adds in production: TLS by an authority of its own, and secrets that it makes.

And what it adds where it is tried out.

`SEATCAST_PRODUCTION=True` asks for it. What the environment names itself is left as it is.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from deploy.address import Address, address_from
from deploy.environment import is_production, is_set
from deploy.private_files import private_folder

# As Caddy's internal issuer keeps it, below the proxy's own folder.
_AUTHORITY = Path("pki/authorities/local/root.crt")


def production_trial_settings() -> dict[str, str]:
    """Return the settings of a stack on which production is tried: nobody pays or is written to.

    What production does not offer unasked is offered all the same, and organisers sign in by their
    password alone.
    """
    return {
        "SEATCAST_PRODUCTION": "True",
        "SEATCAST_DEMO_PAYMENTS": "True",
        "EMAIL_URL": "dummymail://",
        "SEATCAST_SHOW_NAMES": "True",
        "SEATCAST_OFFLINE_METHODS": "invoice,cash",
        "SEATCAST_REQUIRE_SECOND_FACTOR": "False",
    }


def stack_address(environment: Mapping[str, str], *, data_dir: Path) -> Address:
    """Return where the stack of a data directory is served. Raises: Problem."""
    address = address_from(environment)
    if not is_production(environment):
        return address
    return replace(address, authority=proxy_folder(data_dir) / _AUTHORITY)


def proxy_folder(data_dir: Path) -> Path:
    """Return where the proxy keeps certificates and their keys."""
    return data_dir / "proxy"


def production_settings(
    environment: Mapping[str, str], *, address: Address, data_dir: Path
) -> dict[str, str]:
    """Return the settings that production asks for and the environment does not have."""
    key, ticket_key = data_dir / "secret_key", data_dir / "ticket_key"
    password = data_dir / "demo_password"
    stored_secret(key)
    stored_secret(ticket_key)
    stored_secret(password, size=12)
    found = {
        "SEATCAST_HTTPS": "True",
        "SEATCAST_ALLOWED_HOSTS": address.name,
        "SEATCAST_SITE_URL": address.url,
        "SEATCAST_SECRET_KEY_FILE": str(key),
        "SEATCAST_TICKET_KEY_FILE": str(ticket_key),
        "SEATCAST_DEMO_PASSWORD_FILE": str(password),
    }
    return {
        name: value
        for name, value in found.items()
        if not is_set(environment, name.removesuffix("_FILE"))
    }


def trial_settings(environment: Mapping[str, str], *, data_dir: Path) -> dict[str, str]:
    """Return the settings of a stack that is tried out: mail is kept, and the demo shows names.

    Mail is kept in a folder for its owner: links for new passwords are not for the servers' logs.
    """
    mail = private_folder(data_dir / "mail")
    names = {"SEATCAST_SHOW_NAMES": "True"} if environment.get("SEATCAST_DEMO") != "0" else {}
    return {"EMAIL_URL": f"filemail:///{mail}", **names}


def stored_secret(file: Path, *, size: int = 50) -> str:
    """Return the secret in a file that only its owner can read, made if there is none."""
    if not file.exists():
        fresh = file.with_name(f"{file.name}.fresh")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(size))
        fresh.replace(file)
    return file.read_text()
