"""Which characters a name may have."""

import re

# Control characters and halves of surrogate pairs: databases and terminals choke on them.
_UNWELCOME = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def is_clean(text: str, *, allowed: str = "") -> bool:
    """Tell whether text has nothing but characters that can be stored and shown.

    `allowed` has control characters that are welcome, such as a line feed.
    """
    return all(found in allowed for found in _UNWELCOME.findall(text))
