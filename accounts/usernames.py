"""Validate new usernames, and decide which ones may appear in mail.

Usernames are shown to others, on the map and to organisers. So a new one has no invisible
characters, does not mix confusable scripts, and does not look like the name of an organiser.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError

from infrastructure.security_log.people import is_visible

_CONFUSABLE_SCRIPTS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"}

_CONFUSABLES = str.maketrans(
    {
        **dict(zip("авгеіјкмнорсԁԛѕтухԝһӏ", "abreijkmhopcdqstyxwhl", strict=True)),
        **dict(zip("αβγεηικνορτυχω", "abyenikvoptuxw", strict=True)),
        **dict(zip("013457", "oleast", strict=True)),
        "i": "l",
    }
)
"""Letters and digits, after folding, that look like a Latin letter."""

_MAX_PRINTED = 40


def validate_new_username(name: str) -> None:
    """Refuse invisible letters and mixed scripts. Raises: ValidationError."""
    if not is_visible(name):
        raise ValidationError("This name has characters that cannot be seen.", code="invisible")
    if len(_scripts(name)) > 1:
        raise ValidationError("This name mixes letters of several alphabets.", code="mixed")


def skeleton(name: str) -> str:
    """Return a name's skeleton: names with the same one look alike."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(letter)
    )
    return plain.translate(_CONFUSABLES).replace("rn", "m").translate(_WITHOUT_MARKS)


def safe_in_mail(name: str) -> str:
    """Return a name for use in mail, or an empty string if a mail client could turn it into a link.

    Clients do so with dots, @ and colons; letters, digits, `_` and `-` are safe.
    """
    is_plain = all(each.isalnum() or each in "_-" for each in name)
    return name if is_plain and len(name) <= _MAX_PRINTED else ""


def harmless_words(text: str, *, most: int = 80) -> str:
    """Return an organiser's words for use in mail, shortened to `most` characters.

    Empty if a mail client could turn a word into a link, or if there is a number to call. Between
    letters only hyphens, apostrophes and slashes are safe; a dot or a colon is safe at the end of a
    word, between digits, and in initials.
    """
    words = text.split()
    if not all(map(_is_harmless, words)):
        return ""
    found = " ".join(words)
    return found if len(found) <= most else f"{found[: most - 1]}…"


def _is_harmless(word: str) -> bool:
    return bool(_HARMLESS.fullmatch(word.strip(_AROUND_WORDS))) and not _TO_CALL.search(word)


_TO_CALL = re.compile(r"\d{6}")
# Also what separates cells and sentences; an opening bracket is no part of a link.
_AROUND_WORDS = (
    ".,:;!?()[]{}<>&+*#%|~-_/'\"=$"
    "\u2026\u2013\u2014\u2019\u2018\u201c\u201d\u201e\u00ab\u00bb\u2192\u20ac\u00a3\u00b0"
)
_HARMLESS = re.compile(
    r"""(?: [^\W\d_] (?:\.[^\W\d_])+      # initials
          | \d+ (?:[.:,]\d+){0,2}          # 19:30, but no address
          | [\w\-\u2013\u2014'\u2019&+/]* )""",
    re.VERBOSE,
)

_WITHOUT_MARKS = str.maketrans("", "", "._-+@")


def _scripts(name: str) -> set[str]:
    found = {unicodedata.name(each, "").partition(" ")[0] for each in name if each.isalpha()}
    return found & _CONFUSABLE_SCRIPTS
