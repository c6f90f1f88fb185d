"""The stack's settings in production and when it is tried out.

With `SEATCAST_PRODUCTION=True` the stack serves HTTPS with a certificate authority of its own and
generates its secrets. Settings in the environment take precedence.
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
    """Return settings for trying out production: no real payments and no mail.

    Features that production has off by default are on, and organisers need no second factor.
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
    """Return the address of the stack of a data directory. Raises: Problem."""
    address = address_from(environment)
    if not is_production(environment):
        return address
    return replace(address, authority=proxy_folder(data_dir) / _AUTHORITY)


def proxy_folder(data_dir: Path) -> Path:
    """Return the folder of the proxy's certificates and keys."""
    return data_dir / "proxy"


def production_settings(
    environment: Mapping[str, str], *, address: Address, data_dir: Path
) -> dict[str, str]:
    """Return the settings that production needs and `environment` lacks."""
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
    """Return the settings of a stack that is tried out: mail goes to files, the demo shows names.

    Mail goes to a private folder, not to the logs, because it contains password reset links.
    """
    mail = private_folder(data_dir / "mail")
    names = {"SEATCAST_SHOW_NAMES": "True"} if environment.get("SEATCAST_DEMO") != "0" else {}
    return {"EMAIL_URL": f"filemail:///{mail}", **names}


def stored_secret(file: Path, *, size: int = 50) -> str:
    """Return the secret in a file that only its owner can read; generate it if there is none."""
    if not file.exists():
        fresh = file.with_name(f"{file.name}.fresh")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(size))
        fresh.replace(file)
    return file.read_text()
