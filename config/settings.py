"""Django's settings, from those in `config/environment.py`.

Without any variable set the site runs for trying it out: SQLite in the data directory, the
in-memory channel layer and one process.
"""

import secrets
import sys
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from environ import Env
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from config.environment import (
    BASE_DIR,
    DEMO_PASSWORD,
    MAX_IDLE_SECONDS,
    OFFLINE_METHODS,
    PUBLISHED_PASSWORDS,
    read_environment,
)
from config.service_urls import connects_as_owner, with_password
from config.version import VERSION
from infrastructure.shared_cache import redis_servers

environment = read_environment()

DATA_DIR = environment.data_dir


def _stored_secret(path: Path) -> str:
    """Return the secret in the file `path`, which the first process creates atomically."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent) as new, suppress(FileExistsError):
        new.write(secrets.token_urlsafe(50))
        new.flush()
        path.hardlink_to(new.name)
    return path.read_text()


SEATCAST_VERSION = VERSION
SEATCAST_PRODUCTION = environment.production
DEBUG = environment.debug
SECRET_KEY = environment.secret_key or _stored_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = list(environment.secret_key_fallbacks)
# The key that signs tickets. It is separate, so that it cannot be used to forge sessions.
SEATCAST_TICKET_KEY = environment.ticket_key or _stored_secret(DATA_DIR / "ticket_key")
SEATCAST_TICKET_KEY_FALLBACKS = list(environment.ticket_key_fallbacks)
ALLOWED_HOSTS = list(environment.allowed_hosts)
# The site's address in mails; without a setting, this machine.
SEATCAST_SITE_URL = environment.site_url or f"http://localhost:{environment.port}"

HTTPS = environment.https
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.hsts_subdomains
# Other hosts of the domain may have no HTTPS yet, so only its owner can decide on including
# subdomains and on preloading, which takes months to undo.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

CLIENT_ORIGINS = list(environment.client_origins)
CORS_ALLOWED_ORIGINS = CSRF_TRUSTED_ORIGINS = CLIENT_ORIGINS
CORS_URLS_REGEX = r"^/(api|ws)/"
CORS_EXPOSE_HEADERS = [
    "Date",
    "ETag",
    "Link",
    "Retry-After",
    "X-Request-ID",
    "X-Seatcast-Layout",
    "X-Seatcast-Rows",
]
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "x-csrftoken",
]

# The key with which a static host signs the requests that it forwards.
SEATCAST_FORWARDING_SECRET = environment.forwarding_secret

# The default time zone of events.
SEATCAST_TIME_ZONE = environment.time_zone
# Rules of sale. An event may override the lock time and the cap.
SEATCAST_LOCK_SECONDS = environment.lock_seconds
SEATCAST_SEAT_CAP = environment.seat_cap
SEATCAST_PURCHASE_CAP = environment.purchase_cap
SEATCAST_NETWORK_SEAT_CAP = environment.network_seat_cap
SEATCAST_NETWORK_PURCHASE_CAP = environment.network_purchase_cap
# The number of extensions of a lock, and the maximum total time that a seat can be held.
SEATCAST_MAX_EXTENSIONS = environment.max_extensions
SEATCAST_HOLD_SECONDS = environment.hold_seconds
# Locking a seat again within this time after releasing it continues the previous hold.
SEATCAST_LOCK_COOLDOWN_SECONDS = environment.lock_cooldown_seconds
# The payment provider as a dotted path, the payment methods without a provider, and the time within
# which their bookings must be paid.
SEATCAST_PAYMENT_PROVIDER = environment.payment_provider
SEATCAST_OFFLINE_METHODS = {
    code: OFFLINE_METHODS[code] for code in environment.offline_methods or ()
}
SEATCAST_PAYMENT_DEADLINE_SECONDS = environment.payment_deadline_seconds
# How long a payment may wait for the buyer or their bank; its seats are held meanwhile.
SEATCAST_OPEN_PAYMENT_SECONDS = environment.open_payment_seconds
# Of the provider for Stripe.
SEATCAST_STRIPE_SECRET_KEY = environment.stripe_secret_key
SEATCAST_STRIPE_PUBLISHABLE_KEY = environment.stripe_publishable_key
SEATCAST_STRIPE_WEBHOOK_SECRET = environment.stripe_webhook_secret
SEATCAST_STRIPE_API_URL = environment.stripe_api_url
SEATCAST_STRIPE_JS_URL = environment.stripe_js_url
# The number of a process's threads that may wait for the provider.
SEATCAST_MAX_PAYMENTS = environment.max_payments
SEATCAST_DEMO_SLOW_SECONDS = environment.demo_slow_seconds
# The password of the demo accounts; if empty, the published default.
SEATCAST_DEMO_PASSWORD = environment.demo_password
SEATCAST_DEFAULT_DEMO_PASSWORD = DEMO_PASSWORD
# Passwords that are refused at sign-in.
SEATCAST_PUBLISHED_PASSWORDS = PUBLISHED_PASSWORDS if environment.production else ()
SEATCAST_SHOW_NAMES = environment.show_names

# Timing and limits of the command queue and the hubs.
SEATCAST_QUEUE_WAIT_SECONDS = environment.queue_wait_seconds
SEATCAST_BEAT_SECONDS = environment.beat_seconds
SEATCAST_HEAD_CHECK_SECONDS = environment.head_check_seconds
SEATCAST_SOCKETS_PER_ADDRESS = environment.sockets_per_address
SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE = environment.handshakes_per_address_per_minute
SEATCAST_FRAME_WINDOW_SECONDS = environment.frame_window_seconds

INSTALLED_APPS = [
    # Django's admin with this project's AdminSite.
    "accounts.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config",
    "infrastructure.security_log",
    "accounts",
    "organisations",
    "reservations",
    "realtime",
    "webhooks",
    "doors",
]

# Middleware of all requests. Asynchronous views run only this part.
API_MIDDLEWARE = [
    # Before middleware that may respond by itself.
    "config.web.request_ids.with_request_id",
    "config.web.metrics.with_request_metrics",
    "config.web.security_headers.with_security_headers",
    "django.middleware.security.SecurityMiddleware",
    "config.web.cors.ClientCorsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
MIDDLEWARE = [
    *API_MIDDLEWARE,
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def _create_private_file(database: Path) -> None:
    """Create an SQLite database's file as private, before SQLite creates it as readable."""
    with suppress(OSError):
        database.touch(mode=0o600)
        database.chmod(0o600)


# Whether a pooler such as PgBouncer gives each transaction another session.
SEATCAST_TRANSACTION_POOLER = environment.transaction_pooler
SERVING_TIME_OUTS = {
    "lock_timeout": "5s",
    "statement_timeout": f"{environment.statement_timeout_seconds}s",
    "idle_in_transaction_session_timeout": "10s",
    # The kernel of a server that is only slow acknowledges the probes.
    "tcp_keepalives_idle": "1s",
    "tcp_keepalives_interval": "1s",
    "tcp_user_timeout": "2s",
}
"""Parameters of PostgreSQL that limit how long a process can block others: a hung one, and one
whose machine has disappeared, which is noticed within about two seconds.
"""


def _standby(url: str) -> dict[str, Any]:
    """Return Django's setting of the standby, which is given up sooner than the primary."""
    config = _database(url, as_owner=False)
    config["OPTIONS"]["pool"]["timeout"] = 1
    config["OPTIONS"]["connect_timeout"] = 2
    return config


def _database(url: str, *, as_owner: bool) -> dict[str, Any]:
    """Return Django's setting of PostgreSQL with a pool, or of SQLite in WAL mode without a URL.

    Each request under ASGI has a thread of its own, so persistent connections would leak; the pool
    holds them instead. The time-outs limit how long a hung process can block others while it holds
    an event's row. SQLite has no row locks; immediate transactions admit one writer at a time,
    which gives the same guarantee.
    """
    config: dict[str, Any] = Env.db_url_config(url or f"sqlite:///{DATA_DIR / 'seatcast.sqlite3'}")
    if config["ENGINE"] == "django.db.backends.sqlite3":
        _create_private_file(Path(config["NAME"]))
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        # A file, because the threads of a test cannot share an in-memory database.
        config["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
        return config
    config["ENGINE"] = "config.postgresql"
    config["OPTIONS"] = {
        # Options of the URL, such as sslmode=verify-full.
        **config.get("OPTIONS", {}),
        "pool": {
            "min_size": 1,
            "max_size": environment.pool_size,
            "timeout": 4,
            # Then retry at the next request instead of ever more rarely.
            "reconnect_timeout": 3,
        },
        # Statements that ask for it are prepared after this many executions.
        "prepare_threshold": 2,
        "connect_timeout": 3,
        # Notice within two seconds that the database's machine has disappeared. One that is only
        # slow acknowledges the probes.
        "keepalives_idle": 1,
        "keepalives_interval": 1,
        "tcp_user_timeout": 2_000,
    }
    if environment.transaction_pooler and not as_owner:
        # What a session has would be another client's at the next transaction. The time-outs are
        # the role's (`grant_serving_role`).
        config["DISABLE_SERVER_SIDE_CURSORS"] = True
        config["OPTIONS"]["prepare_threshold"] = None
    else:
        # Only the statements of `reservations.runtime.prepared` are prepared, and written for
        # generic plans.
        time_outs = {**SERVING_TIME_OUTS, "plan_cache_mode": "force_generic_plan"}
        config["OPTIONS"]["options"] = " ".join(f"-c {name}={t}" for name, t in time_outs.items())
    return config


SERVING_DATABASE_URL = with_password(environment.database_url, environment.database_password)
# The role that owns the tables; empty if there is only one role.
MIGRATION_DATABASE_URL = with_password(
    environment.database_migration_url, environment.database_migration_password
)
AS_OWNER = bool(MIGRATION_DATABASE_URL) and connects_as_owner(sys.argv)
DATABASES = {
    "default": _database(
        MIGRATION_DATABASE_URL if AS_OWNER else SERVING_DATABASE_URL, as_owner=AS_OWNER
    )
}
STANDBY_DATABASE_URL = with_password(
    environment.database_standby_url, environment.database_standby_password
)
if STANDBY_DATABASE_URL and not AS_OWNER:
    DATABASES["standby"] = _standby(STANDBY_DATABASE_URL)
DATABASE_ROUTERS = ["reservations.runtime.standby.Router"]
# A read that may lag comes from the standby if that is behind by no more than this.
SEATCAST_STANDBY_LAG_SECONDS = environment.standby_lag_seconds
# A migration that was interrupted can be run again, and skips what exists.
ZERO_DOWNTIME_MIGRATIONS_IDEMPOTENT_SQL = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = with_password(environment.redis_url, environment.redis_password)
if REDIS_URL:
    # The pub/sub layer, because the other one drops group messages beyond 100 per process.
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "realtime.channel_layer.NotificationLayer",
            "CONFIG": {
                "hosts": [
                    redis_servers.channel_host(
                        url,
                        # redis-py's default of five seconds would close an idle subscription.
                        socket_timeout=None,
                        socket_connect_timeout=2,
                        # Reconnect once if the server has closed the connection.
                        retry=Retry(NoBackoff(), 1),
                        retry_on_error=[RedisConnectionError],
                    )
                    # Each event's messages go through one of them.
                    for url in environment.notification_urls or [REDIS_URL]
                ],
                "prefix": "seatcast",
            },
        }
    }
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "infrastructure.shared_cache.backends.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {
                "serializer": "infrastructure.shared_cache.serializer.JsonSerializer",
                "pool_class": "infrastructure.shared_cache.redis_servers.ServerPool",
                "socket_timeout": 2,
                "socket_connect_timeout": 2,
            },
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CACHES = {
        "default": {
            "BACKEND": "infrastructure.shared_cache.backends.LocMemCache",
            # Large enough that trying many names does not evict the login throttle's counts.
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }
# For values that may be a second old and are not worth a round trip.
CACHES["process"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "process",
}

# Permissions that `/api/me/` reports to the client.
CLIENT_PERMISSIONS = [
    "organisations.add_organisation",
    "organisations.change_organisation",
    "reservations.add_event",
    "reservations.change_event",
    "reservations.change_reservation",
    "reservations.change_seat",
    "reservations.scan_ticket",
    "reservations.view_event",
    "reservations.view_reservation",
]
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    # People sign in with this one, and operators have its permissions at every event.
    "django.contrib.auth.backends.ModelBackend",
    # Members of organisations have their roles' permissions.
    "organisations.backends.RoleBackend",
]
SESSION_ENGINE = "accounts.sessions"
PASSWORD_HASHERS = [
    "accounts.password_hashing.Argon2Hasher",
    "accounts.password_hashing.Pbkdf2Hasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.password_validators.PublishedPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# A password reset link is valid for an hour.
PASSWORD_RESET_TIMEOUT = 60 * 60

# Free attempts per name and address; after that, one attempt a minute.
SEATCAST_LOGIN_TRIES = environment.login_tries
# Mails per recipient and day, and per requesting network.
SEATCAST_MAIL_PER_ADDRESS = environment.mail_per_address
SEATCAST_MAIL_PER_NETWORK = environment.mail_per_network
SEATCAST_MAIL_PER_NEW_ORGANISATION = environment.mail_per_new_organisation

# Who may create organisations: `anyone` who is signed in, or `operators` with the permission.
SEATCAST_ORGANISATIONS = environment.organisations

# Whether organisers need a second factor to use their permissions.
SEATCAST_REQUIRE_SECOND_FACTOR = environment.require_second_factor
# How many hours before an event its buyers are reminded; 0 disables it.
SEATCAST_REMINDER_HOURS = environment.reminder_hours
# How much of a core mail, and webhooks, use at most in each housekeeping process.
SEATCAST_DELIVERY_SHARE = environment.delivery_share
SEATCAST_MAIL_CONNECTIONS = environment.mail_connections
SEATCAST_WEBHOOK_REQUESTS = environment.webhook_requests
# Private networks that webhooks may reach.
SEATCAST_WEBHOOK_NETWORKS = [str(network) for network in environment.webhook_networks or ()]
# Idle time-out and maximum lifetime of a session or a family of refresh tokens.
SEATCAST_SESSION_IDLE_SECONDS = environment.session_idle_seconds
SEATCAST_STAFF_IDLE_SECONDS = environment.staff_idle_seconds
SESSION_COOKIE_AGE = MAX_IDLE_SECONDS

# Accounts unused for this many days are erased; 0 disables it.
SEATCAST_RETENTION_DAYS = environment.retention_days
SEATCAST_LOG_DAYS = environment.log_days
# Commands of other apps that housekeeping runs, with the minimum seconds between runs.
SEATCAST_CHORES = {
    "erase_accounts": 60.0,
    "prune_accounts": 3600.0,
    "prune_invitations": 3600.0,
    "prune_webhooks": 3600.0,
    "clearsessions": 3600.0,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # The first class, so that anonymous requests get 401 with WWW-Authenticate, not 403.
        "accounts.authentication.TokenAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["config.web.renderers.FastJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.web.renderers.QuickNegotiation",
    "DEFAULT_PARSER_CLASSES": ["config.web.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.web.errors.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttles.ApiThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "person": environment.person_rate,
        "address": environment.address_rate,
        "register": environment.register_rate,
        "reset": environment.reset_rate,
        # Each attempt costs two password hashes; a network may be a whole office.
        "password": "5/hour",
        "password_network": "20/hour",
        # An export costs as much as many requests.
        "export": "10/hour",
        # An editor saves every few seconds; reading a plan of 50,000 seats takes about a second.
        "plan": "120/min",
        "sales_export": "30/hour",
        # Each may be drawn anew, in seconds.
        "ticket_file": "60/min",
        "picture": "20/min",
        # By payment, and by network, which may be a whole school.
        "payment_page": "20/min",
        "payment_page_network": "120/min",
    },
    "NUM_PROXIES": environment.proxies,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
    "AUTH_TOKEN_CLASSES": ["accounts.token_types.AccessToken"],
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Seatcast API",
    "DESCRIPTION": "Watch, lock and reserve seats. Live changes come over `/ws/events/{id}/`.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # Some calls also accept forms, but client generators fail on bodies of several types.
    "PARSER_WHITELIST": ["config.web.parsers.StrictJSONParser"],
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "organisations.roles.Role",
        "MessageKindEnum": [
            *("booking.created", "booking.changed", "booking.cancelled", "booking.checked_in"),
            "event.sold_out",
        ],
        "AllocationKindEnum": ["block", "name", "channel"],
        "VisibilityEnum": ["draft", "public", "members"],
        "AudienceEnum": ["public", "members"],
        "SeatStatusEnum": ["available", "locked", "reserved", "blocked"],
        "ReservationStatusEnum": ["confirmed", "cancelled", "lapsed"],
        "TicketReasonEnum": ["cancelled", "lapsed", "unpaid", "used", "given_up"],
        "SettlingEnum": ["none", "cash", "card_reader", "provider", "waived"],
        "ReasonEnum": [
            *("locked", "reserved", "blocked", "expired", "not_held"),
            *("limit", "extension_limit"),
        ],
    },
    "SCHEMA_PATH_PREFIX": "/api/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.web.openapi.describe_refusals",
    ],
}

CLIENT_DIR = BASE_DIR / "frontend" / "dist"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"

# Sets EMAIL_BACKEND, EMAIL_HOST and so on.
vars().update(Env.email_url_config(environment.email_url))
if environment.email_url.startswith("consolemail:"):
    EMAIL_BACKEND = "accounts.console_email.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.mail_from

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# Bodies contain a few seat ids; the largest form of the admin is smaller than this too.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

# Error reports, in addition to logs.
SENTRY_DSN = environment.sentry_dsn

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "console": {
            "()": "config.web.logs.PlainLines",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "config.web.logs.JsonLines", "version": VERSION},
    },
    "filters": {
        "once_per_minute": {"()": "config.web.logs.OncePerMinute"},
        "refusals_once_per_minute": {"()": "config.web.logs.RefusalsOncePerMinute"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": environment.log_format,
            "filters": ["refusals_once_per_minute"],
        }
    },
    "root": {"handlers": ["console"], "level": environment.log_level},
    "loggers": {
        # Django would log each 4xx response as a warning.
        "django.request": {"level": "ERROR"},
        # These retry continuously while Redis or the database is away.
        **{
            name: {"filters": ["once_per_minute"]}
            for name in (
                "channels_redis.pubsub",
                "psycopg.pool",
                "realtime.heads",
                "realtime.hub",
                "realtime.channel_layer",
                "realtime.publisher",
                "realtime.lock_expiry",
                "reservations.payments.checkout",
                "reservations.payments.due_calls",
                "reservations.payments.provider_calls",
                "reservations.bookings.command_queue",
            )
        },
    },
}
