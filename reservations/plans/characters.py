"""Characters that names may contain."""

import re

# Control characters and surrogates, which databases and terminals cannot handle.
_CONTROL = r"\x00-\x1f\x7f-\x9f"
_FORBIDDEN = re.compile(rf"[{_CONTROL}\ud800-\udfff]")

CLEAN = f"^[^{_CONTROL}]*$"
"""A regular expression for pydantic, which refuses surrogates itself."""


def is_clean(text: str, *, allowed: str = "") -> bool:
    """Return whether a text contains only characters that can be stored and displayed.

    `allowed` lists exceptions among control characters, such as a line feed.
    """
    return all(found in allowed for found in _FORBIDDEN.findall(text))
