"""Two PostgreSQL roles: one owns the tables and migrates, the other serves.

The serving role can read and write rows and nothing else: it owns nothing, so it cannot alter, drop
or truncate a table, and it may only append to append-only tables. Default privileges cover tables
of later migrations, and `grant` is run after each migration.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, LiteralString

from django.db import connection, transaction
from django.db.utils import ProgrammingError
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

APPEND_ONLY_TABLES = ("security_log_securityevent",)
READ_ONLY_TABLES = ("django_migrations",)
# An arbitrary advisory lock: concurrent grants on a table would fail.
_LOCK = 7_305_811_402_219
_SCHEMA = sql.Identifier("public")
_NONE: Mapping[str, str] = MappingProxyType({})


class RoleRefused(Exception):
    """The serving role cannot be used. The message says why and what to do."""


def grant(*, role: str, password: str, parameters: Mapping[str, str] = _NONE) -> None:
    """Grant the serving role what it needs and nothing more. Create the role if it is missing.

    Its sessions in this database start with `parameters`, if they ask for no others.
    Runs in one transaction as the owner of the tables, without affecting running servers. Raises:
    RoleRefused.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if role == _value(cursor, "SELECT current_user"):
            raise RoleRefused("DATABASE_URL and DATABASE_MIGRATION_URL name the same role.")
        _ensure_role(cursor, role, password)
        _ensure_unprivileged(cursor, role)
        _revoke_temporary_tables(cursor)
        for statement in _grants():
            cursor.execute(sql.SQL(statement).format(sql.Identifier(role)))
        for name, value in parameters.items():
            _set_parameter(cursor, role, name, value)
        for table in APPEND_ONLY_TABLES:
            _revoke(cursor, "UPDATE, DELETE", table, role)
        for table in READ_ONLY_TABLES:
            _revoke(cursor, "INSERT, UPDATE, DELETE", table, role)


def may_change_tables(cursor: Any) -> bool:
    """Return whether the connected role could alter, drop or create tables."""
    return bool(
        _value(
            cursor,
            """
            SELECT rolsuper
                OR has_schema_privilege('public', 'CREATE')
                OR EXISTS (
                    SELECT FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace
                      AND pg_has_role(relowner, 'MEMBER')
                )
            FROM pg_roles WHERE rolname = current_user
            """,
        )
    )


def _grants() -> list[LiteralString]:
    """Return the GRANT and REVOKE statements, with {} in place of the role."""
    rows, numbers = "SELECT, INSERT, UPDATE, DELETE ON", "USAGE ON"
    return [
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}",
        "GRANT USAGE ON SCHEMA public TO {}",
        f"GRANT {rows} ALL TABLES IN SCHEMA public TO {{}}",
        f"GRANT {numbers} ALL SEQUENCES IN SCHEMA public TO {{}}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rows} TABLES TO {{}}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {numbers} SEQUENCES TO {{}}",
    ]


def _ensure_role(cursor: Any, role: str, password: str) -> None:
    """Create the role, or set its password, as far as the owner may. Raises: RoleRefused."""
    is_there = _value(cursor, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", role)
    verb: LiteralString = "ALTER ROLE {}" if is_there else "CREATE ROLE {} LOGIN"
    if is_there and not password:
        return
    words: LiteralString = f"{verb} PASSWORD {{}}" if password else verb
    # Hashed here, because statements are logged.
    parts = [sql.Literal(_verifier(role, password))] if password else []
    try:
        with transaction.atomic():
            cursor.execute(sql.SQL(words).format(sql.Identifier(role), *parts))
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        if not is_there:
            raise RoleRefused(
                f"There is no role {role}, and the owner may make none: have it made by "
                f"`CREATE ROLE {role} LOGIN PASSWORD '…'`."
            ) from None
        # The role was created by someone else, who has set its password.


def _set_parameter(cursor: Any, role: str, name: str, value: str) -> None:
    """Set a parameter of the role's sessions in this database. Raises: RoleRefused."""
    database = _value(cursor, "SELECT current_database()")
    statement = sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}").format(
        *map(sql.Identifier, (role, database, name)), sql.Literal(value)
    )
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        raise RoleRefused(
            f"The role {role} needs its time-outs behind a pooler, and the owner may not set them: "
            f"have them set by `ALTER ROLE {role} IN DATABASE {database} SET {name} = '{value}'`, "
            "and unset SEATCAST_TRANSACTION_POOLER for this command."
        ) from None


def _ensure_unprivileged(cursor: Any, role: str) -> None:
    """Refuse a role that has more rights than serving needs. Raises: RoleRefused."""
    excess = _value(
        cursor,
        """
        SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
            OR EXISTS (SELECT FROM pg_auth_members WHERE member = pg_roles.oid)
            OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
            OR EXISTS (SELECT FROM pg_database WHERE datdba = pg_roles.oid)
        FROM pg_roles WHERE rolname = %s
        """,
        role,
    )
    if excess:
        raise RoleRefused(
            f"The role {role} may do more than serve: it is in other roles, owns something, or has "
            "attributes such as SUPERUSER. Name a role of its own in DATABASE_URL."
        )


def _revoke_temporary_tables(cursor: Any) -> None:
    """Revoke the right to create temporary tables, which PostgreSQL grants by default."""
    database = sql.Identifier(_value(cursor, "SELECT current_database()"))
    cursor.execute(sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))


def _revoke(cursor: Any, rights: LiteralString, table: str, role: str) -> None:
    if _value(cursor, "SELECT to_regclass(%s) IS NOT NULL", f"public.{table}"):
        statement = sql.SQL(f"REVOKE {rights} ON {{}}.{{}} FROM {{}}")
        cursor.execute(statement.format(_SCHEMA, sql.Identifier(table), sql.Identifier(role)))


def _value(cursor: Any, query: str, *parameters: str) -> Any:
    cursor.execute(query, parameters or None)
    row = cursor.fetchone()
    return row[0] if row else None


def _verifier(role: str, password: str) -> str:
    """Return the SCRAM verifier that PostgreSQL stores instead of a password."""
    pgconn = connection.connection.pgconn
    return str(pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode())
