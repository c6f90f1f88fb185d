"""What device a request comes from, in two words: for a person to recognise, not to decide by."""

from collections.abc import Sequence

MAX_LENGTH = 60
_MOST_READ = 400

# The first that is found counts: most browsers also name those that they descend from.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def describe_user_agent(user_agent: str) -> str:
    """Return such as `Firefox, Windows`; for a program its name; empty if that is not said."""
    said = user_agent[:_MOST_READ]
    found = [name for name in (_first(said, _BROWSERS), _first(said, _SYSTEMS)) if name]
    if found:
        return ", ".join(found)
    program = said.split("/")[0].split(" ")[0]
    return program[:MAX_LENGTH] if program.isascii() and program.isprintable() else ""


def _first(said: str, names: Sequence[tuple[str, str]]) -> str:
    return next((name for mark, name in names if mark in said), "")
