"""What new names may look like, and where a name is printed in a mail.

Names are shown to others, on the map and to organisers. So a new one has no invisible characters,
does not mix alphabets that look alike, and is not one that a reader would take for an organiser's.
"""

import unicodedata

from django.core.exceptions import ValidationError

INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u17b4\u17b5")
"""Letters that leave no mark. Other invisible characters are no letters, and not in names."""

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
    """Let pass only a name that can be told from others. Raises: ValidationError."""
    if INVISIBLE & set(name):
        raise ValidationError("This name has characters that cannot be seen.", code="invisible")
    if len(_scripts(name)) > 1:
        raise ValidationError("This name mixes letters of several alphabets.", code="mixed")


def skeleton(name: str) -> str:
    """Return what a name looks like at a glance: names of one skeleton are taken for one."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(letter)
    )
    return plain.translate(_CONFUSABLES).replace("rn", "m").translate(_WITHOUT_MARKS)


def safe_in_mail(name: str) -> str:
    """Return a name for a mail, or nothing if a mail client could make a link of it.

    Links are made of what has a dot, an @ or a colon in it. Letters alone, digits, `_` and `-` are
    left as they are.
    """
    is_plain = all(each.isalnum() or each in "_-" for each in name)
    return name if is_plain and len(name) <= _MAX_PRINTED else ""


_WITHOUT_MARKS = str.maketrans("", "", "._-+@")


def _scripts(name: str) -> set[str]:
    found = {unicodedata.name(each, "").partition(" ")[0] for each in name if each.isalpha()}
    return found & _CONFUSABLE_SCRIPTS
