"""Search by the beginnings of words of a text, in any order and case.

PostgreSQL has an index of words for it (`GinIndex(Words(column))`). SQLite compares all texts that
the rest of a query leaves, and knows capitals of ASCII only.
"""

from typing import Any

from django.db.models import Func, Lookup, TextField

# What separates words, besides spaces. PostgreSQL's parser would take some of them for parts of
# numbers, hosts and tags; the quote and the backslash mean something in its queries.
_SIGNS = "-+./\\@<>&_:,;()'\"\u2019\u2010\u2013\u2014\u00a0"
_SPACES = " " * len(_SIGNS)
_AS_SPACES = str.maketrans(_SIGNS, _SPACES)


def words_of(text: str) -> list[str]:
    """Return the words of a text, in small letters."""
    return text.lower().translate(_AS_SPACES).split()


class WordsField(TextField):  # type: ignore[type-arg]
    """The type of `Words`."""


class Words(Func):
    """The words of a column, for the lookup `has_words`."""

    arity = 1
    output_field = WordsField()

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        signs = _SIGNS.replace("'", "''")
        spaced = f"translate(lower(%(expressions)s), '{signs}', '{_SPACES}')"
        template = f"to_tsvector('simple'::regconfig, {spaced})"
        return super().as_sql(compiler, connection, template=template, **more)

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "lower(%(expressions)s)"
        for sign in _SIGNS.replace("'", ""):
            template = f"replace({template}, '{sign}', ' ')"
        template = f"(' ' || replace({template}, '''', ' '))"
        return super().as_sql(compiler, connection, template=template, **more)


@WordsField.register_lookup
class HasWords(Lookup):
    """Whether for each word of a text there is one that begins with it; False without words."""

    lookup_name = "has_words"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        words, values = self.process_lhs(compiler, connection)
        query = " & ".join(f"'{word}':*" for word in words_of(self.rhs))
        return f"{words} @@ to_tsquery('simple', %s)", [*values, query]

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        words, values = self.process_lhs(compiler, connection)
        wanted = words_of(self.rhs)
        if not wanted:
            return "1 = 0", []
        sql = " AND ".join(f"instr({words}, %s) > 0" for _ in wanted)
        return sql, [value for word in wanted for value in (*values, f" {word}")]
