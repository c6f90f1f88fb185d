"""Which mail addresses lead to one mailbox, as far as their provider is known."""

import unicodedata
from typing import NamedTuple

from infrastructure.security_log.cap_keys import cap_key


class _Provider(NamedTuple):
    """Domains with the same mailboxes, and the characters that are ignored in their names."""

    domains: tuple[str, ...]
    ignored: str = ""


# https://support.google.com/mail/answer/7436150 (dots), .../10313 (both domains);
# https://support.apple.com/en-us/102540 (three domains); https://proton.me/support/addresses-and-aliases
# (dots, hyphens and underscores; three domains).
_PROVIDERS = (
    _Provider(("gmail.com", "googlemail.com"), "."),
    _Provider(("icloud.com", "me.com", "mac.com")),
    _Provider(("proton.me", "protonmail.com", "pm.me"), ".-_"),
)
_BY_DOMAIN = {domain: each for each in _PROVIDERS for domain in each.domains}


def mailbox(address: str) -> str:
    """Return the address to which a mail address is equivalent.

    Case never matters, nor does what follows a plus sign, by which mail servers mark tags
    (RFC 5233). A provider's own rules are applied besides.
    """
    name, _, domain = unicodedata.normalize("NFKC", address).casefold().rpartition("@")
    name = name.partition("+")[0] or name
    provider = _BY_DOMAIN.get(domain)
    if provider is None:
        return f"{name}@{domain}"
    kept = "".join(letter for letter in name if letter not in provider.ignored)
    return f"{kept or name}@{provider.domains[0]}"


def mailbox_key(address: str, *, is_verified: bool) -> int | None:
    """Return the cap key of an address's mailbox, negative unless verified; None without one."""
    if not address:
        return None
    key = cap_key("mailbox", mailbox(address))
    return key if is_verified else -key
