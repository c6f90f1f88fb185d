"""A process starts with valid settings, or prints what is wrong with each."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from environ import Env
from redis.connection import parse_url

from config.environment import NOT_FOR_SERVERS, names, read_environment
from config.service_urls import connects_as_owner, with_password
from deploy.environment import clean_environment
from deploy.paths import ROOT
from deploy.ports import free_port
from deploy.server import daphne_arguments, granian_arguments

pytestmark = pytest.mark.any_database

SECRET = "".join(chr(number) for number in range(ord("0"), ord("0") + 60))
PASSWORD = "not-to-be-told"

# Everything that production requires, and nothing else.
PRODUCTION = {
    "SEATCAST_PRODUCTION": "True",
    "DATABASE_URL": "postgres://seatcast:secret@db:5432/seatcast",
    "REDIS_URL": "redis://redis:6379/0",
    "SEATCAST_SECRET_KEY": SECRET,
    "SEATCAST_TICKET_KEY": SECRET[::-1],
    "SEATCAST_ALLOWED_HOSTS": "tickets.example.org",
    "SEATCAST_SITE_URL": "https://tickets.example.org",
    "SEATCAST_HTTPS": "True",
    "SEATCAST_DEMO_PAYMENTS": "True",
    "EMAIL_URL": "smtp+tls://seatcast:word@mail.example.org:587",
}

NONSENSE = [
    ("SEATCAST_SEAT_CAP", "ten", "must be a whole number"),
    ("SEATCAST_SEAT_CAP", "0", "must be at least 1"),
    ("SEATCAST_LOCK_SECONDS", "-300", "must be at least 1"),
    ("SEATCAST_LOCK_SECONDS", "1e9", "must be a whole number"),
    ("SEATCAST_BEAT_SECONDS", "nan", "must be a number"),
    ("SEATCAST_BEAT_SECONDS", "0", "must be more than 0"),
    ("SEATCAST_QUEUE_WAIT_SECONDS", "1000000", "must be at most 86,400"),
    ("SEATCAST_TIME_ZONE", "Europe/Atlantis", "must be a time zone, like Europe/Berlin"),
    ("SEATCAST_TIME_ZONE", "../etc/passwd", "must be a time zone, like Europe/Berlin"),
    ("SEATCAST_SHOW_NAMES", "perhaps", "must be True or False"),
    ("SEATCAST_LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ("SEATCAST_REGISTER_RATE", "30/fortnight", "must be a number in a time, like 30/min"),
    ("SEATCAST_ALLOWED_HOSTS", "a.org,https://b.org", "must be host names by commas"),
    ("SEATCAST_CLIENT_ORIGINS", "https://a.org/", "must be origins by commas"),
    ("SEATCAST_SITE_URL", "a.org", "must be like https://tickets.example.org"),
    ("SEATCAST_PAYMENT_PROVIDER", "no.such.Provider", "must be the dotted path to a class"),
    ("SEATCAST_SECRET_KEY_FILE", "/no/such/file", "names a file that cannot be read"),
    ("SEATCAST_DATA_DIR", "/dev/null/data", "cannot be made"),
    ("DATABASE_STANDBY_URL", "sqlite:///standby", "must be like postgres://"),
    ("SEATCAST_STANDBY_LAG_SECONDS", "0", "must be more than 0"),
    (
        "DATABASE_URL",
        f"postgres://seatcast:{PASSWORD}@db:port/seatcast",
        "must be like postgres://",
    ),
    ("DATABASE_URL", f"mysql://seatcast:{PASSWORD}@db/seatcast", "must be like postgres://"),
    ("DATABASE_URL", "postgres://db:5432", "must be like postgres://"),
    ("REDIS_URL", f"http://:{PASSWORD}@redis:6379", "must be like redis://"),
    # With such a password another host would be contacted, and sent the rest of it.
    ("REDIS_URL", f"redis://:{PASSWORD}@evil/x@redis:6379/0", "has a password with / ? or # in it"),
    ("REDIS_URL", f"redis://:a@evil#{PASSWORD}@redis:6379/0", "has a password with / ? or # in it"),
    (
        "DATABASE_URL",
        f"postgres://seatcast:{PASSWORD}@evil/x@db/seatcast",
        "has a password with / ? or # in it",
    ),
    ("DATABASE_PASSWORD", PASSWORD, "is for DATABASE_URL, which is not set"),
    ("REDIS_PASSWORD", PASSWORD, "is for REDIS_URL, which is not set"),
    (
        "DATABASE_MIGRATION_URL",
        f"sqlite:///{PASSWORD}",
        "must be like postgres://owner:password@host:5432/name",
    ),
    ("EMAIL_URL", f"pigeon://me:{PASSWORD}@mail", "must be like smtp+tls://"),
]

NOT_IN_PRODUCTION = [
    ("SEATCAST_DEBUG", "True"),
    ("SEATCAST_SECRET_KEY", ""),
    ("SEATCAST_SECRET_KEY", SECRET[:49]),
    ("SEATCAST_SECRET_KEY", "abcd" * 15),
    ("SEATCAST_SECRET_KEY", "django-insecure-" + SECRET),
    ("SEATCAST_SECRET_KEY", "change-me!" * 6),
    ("SEATCAST_TICKET_KEY", ""),
    ("SEATCAST_TICKET_KEY", SECRET[:49]),
    ("REDIS_URL", ""),
    ("DATABASE_URL", ""),
    ("DATABASE_URL", "sqlite:///seatcast.sqlite3"),
    ("SEATCAST_ALLOWED_HOSTS", ""),
    ("SEATCAST_ALLOWED_HOSTS", "tickets.example.org,*"),
    ("SEATCAST_HTTPS", ""),
    ("SEATCAST_SITE_URL", ""),
    ("SEATCAST_SITE_URL", "http://tickets.example.org"),
    ("SEATCAST_CLIENT_ORIGINS", "http://static.example.org"),
    ("SEATCAST_DEMO_PASSWORD", "seatcast-demo"),
]


def faults(**variables: str) -> list[str]:
    with pytest.raises(SystemExit) as ended:
        read_environment(variables)
    return str(ended.value.code).splitlines()


def test_defaults_are_for_trying_out() -> None:
    assert read_environment({}).allowed_hosts == ("localhost", "127.0.0.1", "[::1]")


def test_production_starts_with_the_required_settings() -> None:
    assert read_environment(PRODUCTION).production


@pytest.mark.parametrize(("name", "value", "sentence"), NONSENSE)
def test_invalid_values_are_refused_without_showing_them(
    name: str, value: str, sentence: str
) -> None:
    (message,) = faults(**{name: value})
    assert message.startswith(f"seatcast: {name} {sentence}")
    assert message.endswith(".")
    assert PASSWORD not in message


@pytest.mark.parametrize(("name", "value"), NOT_IN_PRODUCTION)
def test_unsafe_values_are_refused_in_production(name: str, value: str) -> None:
    (message,) = faults(**{**PRODUCTION, name: value})
    assert re.fullmatch(rf"seatcast: {name} must .+ in production(, .+)?\.", message)
    assert not value or name != "SEATCAST_SECRET_KEY" or value not in message
    read_environment({**PRODUCTION, name: value, "SEATCAST_PRODUCTION": "False"})


def test_the_demo_provider_is_refused_in_production() -> None:
    (message,) = faults(**{**PRODUCTION, "SEATCAST_DEMO_PAYMENTS": ""})
    assert "SEATCAST_PAYMENT_PROVIDER charges no money" in message


def test_a_misspelt_variable_is_refused_with_a_suggestion() -> None:
    (message,) = faults(SEATCAST_LOCK_SECOND="60")
    assert message == (
        "seatcast: SEATCAST_LOCK_SECOND is no setting; SEATCAST_LOCK_SECONDS is one."
    )


def test_all_errors_are_reported_together() -> None:
    message = faults(SEATCAST_PRODUCTION="True", SEATCAST_SEAT_CAP="ten", SEATCAST_TYPO="1")
    named = {sentence.split()[1] for sentence in message}
    assert named > {"SEATCAST_SEAT_CAP", "SEATCAST_TYPO", "DATABASE_URL", "SEATCAST_HTTPS"}
    assert len(message) == len(named)


def test_a_secret_is_read_from_a_file_and_hidden(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    environment = read_environment({"SEATCAST_SECRET_KEY_FILE": str(tmp_path / "secret")})
    assert environment.secret_key == SECRET
    assert SECRET not in repr(environment)


def test_names_are_hidden_by_default() -> None:
    assert not read_environment({}).show_names
    assert not read_environment(PRODUCTION).show_names
    assert read_environment({**PRODUCTION, "SEATCAST_SHOW_NAMES": "True"}).show_names


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("redis://redis:6379/0", "redis"),
        ("rediss://seatcast@redis:6379/0", "redis"),
        ("redis://[2001:db8::1]:6379/0", "2001:db8::1"),
    ],
)
@pytest.mark.parametrize("password", ["plain", "a@evil/b", "#?&=:%41 ü", "\"'\\"])
def test_a_separate_password_is_inserted_into_its_url(url: str, host: str, password: str) -> None:
    found = parse_url(with_password(url, password))  # type: ignore[no-untyped-call]
    assert (found["password"], found["host"], found["port"]) == (password, host, 6379)
    assert with_password(url, "") == url


def test_a_password_cannot_be_given_twice() -> None:
    (message,) = faults(
        DATABASE_URL=f"postgres://seatcast:{PASSWORD}@db/seatcast", DATABASE_PASSWORD="x"
    )
    assert message == "seatcast: DATABASE_PASSWORD is for DATABASE_URL, which has one itself."


@pytest.mark.parametrize("password", ["p@ss/word", "%2F", "a:b", "?#[]", "\u00e9 +&="])
def test_passwords_of_any_characters_reach_the_services(password: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{password}\n")
    environment = read_environment(
        {
            "DATABASE_URL": "postgres://seatcast@one:5432,two:5432/seatcast?sslmode=verify-full",
            "DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
            "REDIS_URL": "rediss://redis:6380/0?ssl_ca_certs=/run/tls/ca.crt",
            "REDIS_PASSWORD": password,
        }
    )
    database = Env.db_url_config(
        with_password(environment.database_url, environment.database_password)
    )
    assert (database["USER"], database["PASSWORD"]) == ("seatcast", password)
    assert database["HOST"] == "one,two"
    assert database["OPTIONS"] == {"sslmode": "verify-full"}
    redis = parse_url(with_password(environment.redis_url, environment.redis_password))  # type: ignore[no-untyped-call]
    assert (redis["host"], redis["password"]) == ("redis", password)
    assert redis["ssl_ca_certs"] == "/run/tls/ca.crt"
    assert password not in repr(environment)


@pytest.mark.parametrize(
    ("arguments", "as_owner"),
    [
        (["manage.py", "migrate"], True),
        (["/opt/seatcast/manage.py", "grant_serving_role"], True),
        (["manage.py", "after_restore"], True),
        (["manage.py", "prune_security_log"], True),
        (["manage.py", "housekeeping"], False),
        (["manage.py", "check", "migrate"], False),
        (["daphne", "migrate"], False),
        (["manage.py"], False),
    ],
)
def test_only_commands_that_change_tables_connect_as_owner(
    arguments: list[str], as_owner: bool
) -> None:
    assert connects_as_owner(arguments) is as_owner


@pytest.mark.thorough
def test_notifications_are_spread_over_all_their_servers(tmp_path: Path) -> None:
    urls = "redis://one:6379/0 redis+sentinel://two:26379,three:26379/name/0"
    script = (
        "import django; django.setup(); from django.conf import settings;"
        "hosts = settings.CHANNEL_LAYERS['default']['CONFIG']['hosts'];"
        "print([host.get('address', host.get('master_name')) for host in hosts])"
    )
    environment = clean_environment(
        SEATCAST_DATA_DIR=str(tmp_path),
        DJANGO_SETTINGS_MODULE="config.settings",
        REDIS_URL="redis://zero:6379/0",
        SEATCAST_NOTIFICATION_URLS=urls,
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "['redis://one:6379/0', 'name']\n"


def test_several_servers_of_notifications_need_one_of_counters() -> None:
    (message,) = faults(SEATCAST_NOTIFICATION_URLS="redis://one:6379/0 redis://two:6379/0")
    assert message == (
        "seatcast: SEATCAST_NOTIFICATION_URLS needs REDIS_URL, which has the counters."
    )


def test_every_setting_is_documented_with_its_default() -> None:
    found = re.findall(r"^# ([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M)
    documented = dict(found)
    assert len(documented) == len(found), "documented twice"
    assert {name for name in documented if name.startswith("SEATCAST_")} <= {
        *names(),
        *NOT_FOR_SERVERS,
    }
    assert {*names(), *NOT_FOR_SERVERS} <= set(documented)
    folder = "SEATCAST_DATA_DIR"
    as_documented = {name: documented[name] for name in names() if name != folder}
    assert read_environment(as_documented) == read_environment({})


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["-m", "daphne", *daphne_arguments(host="127.0.0.1", port=0)],
        ["-m", "granian", *granian_arguments(host="127.0.0.1", port=0, workers=1)],
        ["-m", "tools.serve"],
    ],
    ids=lambda command: command[-1] if command[0] == "manage.py" else command[1],
)
def test_no_server_starts_with_invalid_settings(command: list[str], tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=clean_environment(
            SEATCAST_DATA_DIR=str(tmp_path), SEATCAST_SEAT_CAP="ten", PORT=str(free_port())
        ),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as server:
        try:
            _, message = server.communicate(timeout=120)
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
    assert server.returncode > 0
    assert "seatcast: SEATCAST_SEAT_CAP must be a whole number." in message
    assert "Traceback" not in message


def test_tickets_and_sessions_have_separate_keys() -> None:
    with pytest.raises(SystemExit) as stopped:
        read_environment({**PRODUCTION, "SEATCAST_TICKET_KEY": SECRET})
    assert "SEATCAST_TICKET_KEY must be another key" in str(stopped.value)
    assert SECRET not in str(stopped.value)
