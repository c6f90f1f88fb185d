"""Describe a User-Agent header in two words, for people to recognise a device."""

from collections.abc import Sequence

MAX_LENGTH = 60
_MOST_READ = 400

# The first match counts: most browsers also name the ones that they are compatible with.
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
    """Return a description such as `Firefox, Windows`, or a program's name; empty if unknown."""
    header = user_agent[:_MOST_READ]
    found = [name for name in (_first(header, _BROWSERS), _first(header, _SYSTEMS)) if name]
    if found:
        return ", ".join(found)
    program = header.split("/")[0].split(" ")[0]
    return program[:MAX_LENGTH] if program.isascii() and program.isprintable() else ""


def _first(header: str, names: Sequence[tuple[str, str]]) -> str:
    return next((name for mark, name in names if mark in header), "")
