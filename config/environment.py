"""All settings of the server: names, types, bounds, defaults and rules.

They are read from environment variables that begin with SEATCAST_, except where an alias says
otherwise. A variable that ends with _FILE names a file that contains the value. An empty variable
counts as unset. `.env.example` documents the settings, and `config/settings.py` configures Django
with them.

A process starts only if all settings are valid. Otherwise it prints an error for each, without the
value, which may be a secret.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from environ import Env
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from config.service_urls import has_password
from infrastructure.shared_cache import redis_servers

BASE_DIR = Path(__file__).resolve().parent.parent
PREFIX = "SEATCAST_"

NOT_FOR_SERVERS = frozenset(
    PREFIX + name
    for name in (
        *("DEMO", "SOCKET_SERVERS", "API_WORKERS", "RELEASE", "SITE", "BIND"),
        *("SOCKET_UPSTREAMS", "API_UPSTREAMS", "CLIENT_DIR", "STATIC_DIR", "PROXY_DIR"),
        *("HTTPS_PORT", "HTTP_PORT", "AUTO_HTTPS", "TRUSTED_PROXIES", "ACCESS_LOG"),
        *("PROXY_HEALTH_CHECKS", "API_ROUTING"),
    )
)
"""Variables of `make stack`, docker-compose.yml and the proxy. Servers ignore them."""

DEMO_PROVIDER = "reservations.payments.demo.DemoProvider"
DEMO_PASSWORD = "seatcast-demo"
PUBLISHED_PASSWORDS = (DEMO_PASSWORD,)
"""Passwords that are public, so that they protect nothing."""

OFFLINE_METHODS = {"invoice": "Invoice", "cash": "Cash at the box office"}
"""Payment methods that need no provider, with their display names."""
NO_METHODS = "none"

MAX_IDLE_SECONDS = 30 * 24 * 3600
"""The maximum lifetime of a session, however often it is used."""

MIN_SECRET_LENGTH = 50
MIN_FORWARDING_LENGTH = 32
_MIN_SECRET_CHARACTERS = 5
_PLACEHOLDER = re.compile(r"insecure|change.?(me|this)", re.IGNORECASE)

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"\.?[\w-]+(\.[\w-]+)*|\[[0-9a-fA-F:]+\]|\*")
_AMBIGUOUS = "has a password with / ? or # in it: write them as %2F, %3F and %23"
_DATABASES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")


def _rule(
    holds: Callable[[Any], bool], sentence: str, *, in_production: bool = False
) -> AfterValidator:
    """Return a validator whose error message is `sentence`, which follows the variable's name."""

    def check(value: Any, info: ValidationInfo) -> Any:
        applies = info.data.get("production", False) if in_production else True
        if applies and not holds(value):
            raise PydanticCustomError("rule", sentence)
        return value

    return AfterValidator(check)


def _in_production(holds: Callable[[Any], bool], sentence: str) -> AfterValidator:
    return _rule(holds, sentence, in_production=True)


def _parses(read: Callable[[str], Any]) -> Callable[[Any], bool]:
    """Return a predicate: whether a value is empty, or `read` parses it to something non-empty."""

    def holds(value: Any) -> bool:
        try:
            return not value or bool(read(value))
        except Exception:  # noqa: BLE001
            # Parsers raise anything, and their messages may quote a password.
            return False

    return holds


def _is_database(url: str) -> bool:
    # django-environ only warns of other schemes.
    if not url.startswith(("postgres://", "postgresql://", "sqlite://")):
        return False
    found = Env.db_url_config(url)
    return found["ENGINE"] in _DATABASES and bool(found["NAME"])


def _has_clear_host(url: str) -> bool:
    """Return whether a URL's host is unambiguous: in `a@b/c`, `b` would be parsed as the host."""
    has_none = url.startswith(("sqlite:", "filemail:"))
    return has_none or "@" not in url.replace(urlsplit(url).netloc, "", 1)


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    _ = parts.port
    is_bare = text == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    return is_bare and bool(parts.hostname) and parts.scheme in ("http", "https")


def _is_stripe_key(*prefixes: str) -> Callable[[str], bool]:
    """Return a predicate: whether a value is empty, or begins like one of Stripe's keys."""
    return lambda key: not key or key.startswith(prefixes)


def _is_secure(origin: str) -> bool:
    return origin.startswith("https://") or urlsplit(origin).hostname in ("localhost", "127.0.0.1")


def _is_strong(secret: str) -> bool:
    """Return whether a secret meets Django's requirements and is not a placeholder."""
    is_varied = len(set(secret)) >= _MIN_SECRET_CHARACTERS
    return is_varied and len(secret) >= MIN_SECRET_LENGTH and not _PLACEHOLDER.search(secret)


def _differs_from_secret_key(key: str, info: ValidationInfo) -> str:
    if key and key == info.data.get("secret_key"):
        raise PydanticCustomError("rule", "must be another key than SEATCAST_SECRET_KEY")
    return key


def _module_exists(dotted_path: str) -> bool:
    """Return whether the path's module exists. It needs the settings to be imported."""
    return bool(find_spec(dotted_path.rpartition(".")[0]))


def _password_of(field: str) -> AfterValidator:
    """Return a validator that rejects a password whose URL is unset or already contains one."""

    def check(password: str, info: ValidationInfo) -> str:
        url = info.data.get(field)
        # A URL that is invalid itself has an error of its own.
        if password and url is not None and (not url or has_password(url)):
            raise PydanticCustomError(
                "rule",
                "is for {url}, which {why}",
                {"url": field.upper(), "why": "has one itself" if url else "is not set"},
            )
        return password

    return AfterValidator(check)


def _real_provider(provider: str, info: ValidationInfo) -> str:
    is_allowed = provider != DEMO_PROVIDER or info.data.get("demo_payments", False)
    if info.data.get("production", False) and not is_allowed:
        raise PydanticCustomError(
            "rule",
            "charges no money; set SEATCAST_DEMO_PAYMENTS=True to use it in production anyway",
        )
    return provider


def _offline_methods(codes: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...]:
    """Return the codes of offline payment methods: by default all, but none in production."""
    if codes is None:
        return () if info.data.get("production", False) else tuple(OFFLINE_METHODS)
    if codes == (NO_METHODS,):
        return ()
    if not set(codes) <= set(OFFLINE_METHODS):
        known = ", ".join(OFFLINE_METHODS)
        raise PydanticCustomError("rule", f"must be {NO_METHODS}, or some of {known} by commas")
    return codes


def _webhook_networks(networks: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...]:
    """Return the private networks that webhooks may reach: by default this machine, or none."""
    if networks is None:
        return () if info.data.get("production", False) else ("127.0.0.0/8", "::1/128")
    return networks


def _json_in_production(value: str | None, info: ValidationInfo) -> str:
    return value or ("json" if info.data.get("production", False) else "console")


def _operators_in_production(value: str | None, info: ValidationInfo) -> str:
    return value or ("operators" if info.data.get("production", False) else "anyone")


def _with_redis(urls: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    if urls and info.data.get("redis_url") == "":
        raise PydanticCustomError("rule", "needs REDIS_URL, which has the counters")
    return urls


def _with_primary(url: str, info: ValidationInfo) -> str:
    if url and not info.data.get("database_url", "postgres").startswith("postgres"):
        raise PydanticCustomError("rule", "needs a PostgreSQL in DATABASE_URL, its primary")
    return url


def _true_in_production(value: bool | None, info: ValidationInfo) -> bool:
    return bool(info.data.get("production", False)) if value is None else value


def _split_at_commas(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part for part in (part.strip() for part in value.split(",")) if part)


def _usable_folder(path: Path) -> Path:
    """Return the folder, created if it is missing."""
    folder = path.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PydanticCustomError(
            "rule", "cannot be made: {why}", {"why": error.strerror}
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PydanticCustomError("rule", "names a folder that cannot be written to")
    return folder


Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
CountOrNone = Annotated[int, Field(ge=0, le=1_000_000_000)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Rate = Annotated[
    str,
    _rule(
        re.compile(r"[1-9]\d{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)").fullmatch,
        "must be a number in a time, like 30/min",
    ),
]
Secret = Annotated[
    str,
    _in_production(bool, "must be set in production"),
    _in_production(
        _is_strong,
        f"must be random, and have {MIN_SECRET_LENGTH} characters or more, in production",
    ),
]
Names = Annotated[tuple[str, ...], BeforeValidator(_split_at_commas)]
# URLs may have commas.
Words = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: tuple(value.split()) if isinstance(value, str) else value),
]
Networks = Annotated[
    Names,
    _rule(
        lambda networks: all(map(_parses(ip_network), networks)),
        "must be networks by commas, like 10.1.0.0/16",
    ),
]
Origins = Annotated[
    Names,
    _rule(
        lambda origins: all(map(_parses(_is_origin), origins)),
        "must be origins by commas, like https://tickets.example.org",
    ),
    _in_production(
        lambda origins: all(map(_is_secure, origins)), "must be https ones in production"
    ),
]


class Environment(BaseModel):
    """The settings of one process.

    Fields that rules refer to come before the fields with those rules.
    """

    model_config = ConfigDict(
        alias_generator=lambda name: f"{PREFIX}{name.upper()}",
        allow_inf_nan=False,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    production: bool = False
    demo_payments: bool = False

    data_dir: Annotated[Path, AfterValidator(_usable_folder)] = BASE_DIR / ".data"
    database_url: Annotated[
        str,
        _rule(
            _parses(_is_database),
            "must be like postgres://user:password@host:5432/name, or sqlite:///path",
        ),
        _rule(_parses(_has_clear_host), _AMBIGUOUS),
        _in_production(
            lambda url: url.startswith("postgres"), "must name a PostgreSQL in production"
        ),
    ] = Field("", alias="DATABASE_URL", repr=False)
    database_password: Annotated[str, _password_of("database_url")] = Field(
        "", alias="DATABASE_PASSWORD", repr=False
    )
    database_migration_url: Annotated[
        str,
        _rule(
            _parses(lambda url: url.startswith("postgres") and _is_database(url)),
            "must be like postgres://owner:password@host:5432/name",
        ),
        _rule(_parses(_has_clear_host), _AMBIGUOUS),
    ] = Field("", alias="DATABASE_MIGRATION_URL", repr=False)
    database_migration_password: Annotated[str, _password_of("database_migration_url")] = Field(
        "", alias="DATABASE_MIGRATION_PASSWORD", repr=False
    )
    database_standby_url: Annotated[
        str,
        _rule(
            _parses(lambda url: url.startswith("postgres") and _is_database(url)),
            "must be like postgres://user:password@host:5432/name",
        ),
        _rule(_parses(_has_clear_host), _AMBIGUOUS),
        AfterValidator(_with_primary),
    ] = Field("", alias="DATABASE_STANDBY_URL", repr=False)
    database_standby_password: Annotated[str, _password_of("database_standby_url")] = Field(
        "", alias="DATABASE_STANDBY_PASSWORD", repr=False
    )
    standby_lag_seconds: Annotated[float, Field(gt=0, le=3_600)] = 5.0
    transaction_pooler: bool = False
    redis_url: Annotated[
        str,
        _rule(
            _parses(redis_servers.is_valid),
            "must be like redis://host:6379/0, or redis+sentinel://host:26379,host:26379/name/0",
        ),
        _rule(_parses(_has_clear_host), _AMBIGUOUS),
        _in_production(bool, "must be set in production, whose processes share no memory"),
    ] = Field("", alias="REDIS_URL", repr=False)
    redis_password: Annotated[str, _password_of("redis_url")] = Field(
        "", alias="REDIS_PASSWORD", repr=False
    )
    notification_urls: Annotated[
        Words,
        _rule(
            lambda urls: all(map(_parses(redis_servers.is_valid), urls)),
            "must be like REDIS_URL, several by spaces",
        ),
        _rule(lambda urls: all(map(_parses(_has_clear_host), urls)), _AMBIGUOUS),
        AfterValidator(_with_redis),
    ] = Field((), repr=False)
    email_url: Annotated[
        str,
        _rule(_parses(Env.email_url_config), "must be like smtp+tls://user:password@host:587"),
        _rule(_parses(_has_clear_host), _AMBIGUOUS),
        _in_production(
            lambda url: not url.startswith("consolemail:"),
            "must name a mail server in production: links for new passwords are not for the log",
        ),
    ] = Field("consolemail://", alias="EMAIL_URL", repr=False)
    mail_from: str = "Seatcast <noreply@localhost>"

    secret_key: Secret = Field("", repr=False)
    secret_key_fallbacks: Names = Field((), repr=False)
    ticket_key: Annotated[Secret, AfterValidator(_differs_from_secret_key)] = Field("", repr=False)
    ticket_key_fallbacks: Names = Field((), repr=False)
    allowed_hosts: Annotated[
        Names,
        _rule(
            lambda hosts: all(map(_HOST.fullmatch, hosts)),
            "must be host names by commas, without scheme and port",
        ),
        _in_production(bool, "must be set in production"),
        _in_production(lambda hosts: "*" not in hosts, "must name the hosts in production"),
        AfterValidator(lambda hosts: hosts or LOCAL_HOSTS),
    ] = ()
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(8000, alias="PORT")
    site_url: Annotated[
        str,
        _rule(_parses(_is_origin), "must be like https://tickets.example.org, without a path"),
        _in_production(
            lambda url: url.startswith("https://"),
            "must be the site's https address in production",
        ),
    ] = ""
    client_origins: Origins = ()
    https: Annotated[bool, _in_production(bool, "must be True in production")] = False
    hsts_subdomains: bool = False
    proxies: Annotated[int, Field(ge=0, le=10)] = 0
    forwarding_secret: Annotated[
        str,
        _in_production(
            lambda secret: not secret or len(secret) >= MIN_FORWARDING_LENGTH,
            f"must be random, and have {MIN_FORWARDING_LENGTH} characters or more, in production",
        ),
    ] = Field("", repr=False)
    sockets_per_address: Count = 20_000
    handshakes_per_address_per_minute: Count = 3_000
    login_tries: Annotated[int, Field(ge=1, le=1_000)] = 5
    require_second_factor: Annotated[
        bool | None,
        AfterValidator(_true_in_production),
    ] = None
    organisations: Annotated[
        Literal["anyone", "operators"] | None, AfterValidator(_operators_in_production)
    ] = None
    session_idle_seconds: Annotated[int, Field(ge=60, le=MAX_IDLE_SECONDS)] = 14 * 24 * 3600
    staff_idle_seconds: Annotated[int, Field(ge=60, le=MAX_IDLE_SECONDS)] = 30 * 60
    reminder_hours: Annotated[int, Field(ge=0, le=336)] = 24
    retention_days: Annotated[int, Field(ge=0, le=36_500)] = 0
    log_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    person_rate: Rate = "1200/min"
    address_rate: Rate = "30000/min"
    register_rate: Rate = "1000/min"
    reset_rate: Rate = "20/min"
    mail_per_address: Annotated[int, Field(ge=1, le=1_000)] = 12
    mail_per_network: Count = 200
    mail_per_new_organisation: Count = 100
    mail_connections: Annotated[int, Field(ge=1, le=32)] = 4
    delivery_share: Annotated[float, Field(gt=0, le=1)] = 0.1
    webhook_requests: Annotated[int, Field(ge=1, le=1_000)] = 256
    webhook_networks: Annotated[Networks | None, AfterValidator(_webhook_networks)] = None
    demo_password: Annotated[
        str,
        _in_production(
            lambda password: password not in PUBLISHED_PASSWORDS,
            "must not be the published default in production",
        ),
    ] = Field("", repr=False)

    time_zone: Annotated[
        str,
        _rule(_parses(ZoneInfo), "must be a time zone, like Europe/Berlin"),
    ] = "UTC"
    lock_seconds: Annotated[int, Field(ge=1, le=86_400)] = 300
    seat_cap: Count = 10
    purchase_cap: Count = 10
    network_seat_cap: CountOrNone = 100
    network_purchase_cap: CountOrNone = 200
    max_extensions: CountOrNone = 2
    hold_seconds: Annotated[int, Field(ge=1, le=86_400)] = 900
    lock_cooldown_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    offline_methods: Annotated[Names | None, AfterValidator(_offline_methods)] = None
    payment_deadline_seconds: Annotated[int, Field(ge=60, le=90 * 86_400)] = 3 * 86_400
    payment_provider: Annotated[
        str,
        _rule(
            _parses(_module_exists), "must be the dotted path to a class in a module that is there"
        ),
        AfterValidator(_real_provider),
    ] = DEMO_PROVIDER
    open_payment_seconds: Annotated[int, Field(ge=60, le=3_600)] = 900
    stripe_secret_key: Annotated[
        str, _rule(_is_stripe_key("sk_", "rk_"), "must be a secret key of Stripe, like sk_live_…")
    ] = Field("", repr=False)
    stripe_publishable_key: Annotated[
        str, _rule(_is_stripe_key("pk_"), "must be a publishable key of Stripe, like pk_live_…")
    ] = ""
    stripe_webhook_secret: Annotated[
        str, _rule(_is_stripe_key("whsec_"), "must be a signing secret of Stripe, like whsec_…")
    ] = Field("", repr=False)
    stripe_api_url: Annotated[
        str, _rule(_parses(_is_origin), "must be like https://api.stripe.com, without a path")
    ] = "https://api.stripe.com"
    stripe_js_url: Annotated[
        str, _rule(_parses(lambda url: urlsplit(url).hostname), "must be an address")
    ] = "https://js.stripe.com/v3/"
    max_payments: Count = 16
    demo_slow_seconds: Annotated[float, Field(ge=0, le=60)] = 3.0
    show_names: bool = False

    queue_wait_seconds: Seconds = 10.0
    beat_seconds: Seconds = 3.0
    head_check_seconds: Seconds = 0.5
    frame_window_seconds: Annotated[float, Field(ge=0, le=60)] = 0.05
    pool_size: Annotated[int, Field(ge=1, le=1_000)] = 8
    statement_timeout_seconds: Annotated[int, Field(ge=0, le=86_400)] = 10

    sentry_dsn: Annotated[
        str,
        _rule(
            _parses(lambda url: urlsplit(url).username and urlsplit(url).hostname),
            "must be a DSN, like https://key@sentry.example.org/1",
        ),
    ] = Field("", alias="SENTRY_DSN", repr=False)

    debug: Annotated[bool, _in_production(lambda on: not on, "must be False in production")] = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "WARNING"
    log_format: Annotated[
        Literal["console", "json"] | None, AfterValidator(_json_in_production)
    ] = None


def read_environment(variables: Mapping[str, str] = os.environ) -> Environment:
    """Return the validated settings. Raises: SystemExit with a message for each error."""
    given, unreadable = _given(variables)
    try:
        environment = Environment.model_validate(given)
    except ValidationError as error:
        errors = {_name(found): _message(found) for found in error.errors()}
    else:
        errors = {}
    if errors := {**errors, **unreadable}:
        raise SystemExit("\n".join(f"seatcast: {sentence}" for sentence in errors.values()))
    return environment


def names() -> list[str]:
    """Return the names of all variables of servers, without the _FILE variants."""
    return [str(field.alias) for field in Environment.model_fields.values()]


def _given(variables: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the variables that are set, and an error message for each unreadable file."""
    given: dict[str, str] = {}
    unreadable: dict[str, str] = {}
    for name, value in _relevant(variables):
        kept_name = name.removesuffix("_FILE")
        if kept_name == name:
            given.setdefault(name, value)
            continue
        try:
            given[kept_name] = Path(value).read_text().strip()
        except (OSError, UnicodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not text"
            unreadable[kept_name] = f"{name} names a file that cannot be read: {why}."
    return given, unreadable


def _relevant(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    known = set(names())
    for name, value in variables.items():
        is_one = name.startswith(PREFIX) or name.removesuffix("_FILE") in known
        if value and is_one and name not in NOT_FOR_SERVERS:
            yield name, value


def _name(found: ErrorDetails) -> str:
    """Return the invalid variable's name. pydantic names an invalid default by its field."""
    place = str(found["loc"][0])
    field = Environment.model_fields.get(place)
    return str(field.alias) if field else place


def _message(found: ErrorDetails) -> str:
    name, limits = _name(found), found.get("ctx", {})
    match found["type"]:
        case "extra_forbidden":
            return _unknown_message(name)
        case "bool_parsing":
            complaint = "must be True or False"
        case "int_parsing" | "int_from_float" | "int_parsing_size":
            complaint = "must be a whole number"
        case "float_parsing" | "finite_number":
            complaint = "must be a number"
        case "greater_than":
            complaint = f"must be more than {limits['gt']:g}"
        case "greater_than_equal":
            complaint = f"must be at least {limits['ge']:g}"
        case "less_than_equal":
            complaint = f"must be at most {limits['le']:,}"
        case "literal_error":
            complaint = f"must be one of {limits['expected']}".replace("'", "")
        case _:
            complaint = found["msg"].replace("Input should be", "must be")
    return f"{name} {complaint}."


def _unknown_message(name: str) -> str:
    by_rest = {known.removeprefix(PREFIX): known for known in (*names(), *NOT_FOR_SERVERS)}
    near = get_close_matches(name.removeprefix(PREFIX), by_rest, n=1)
    return f"{name} is no setting{f'; {by_rest[near[0]]} is one' if near else ''}."
