"""Comparison of mail addresses."""


def folded_address(address: str) -> bytes:
    """Return an address with its ASCII letters in lower case.

    Databases and Python fold more characters than mail servers do, such as the Kelvin sign to k.
    """
    return address.encode(errors="replace").lower()
