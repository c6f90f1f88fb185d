"""A process starts with settings that make sense, or says what is wrong with each."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import OF_OTHERS, names, read_environment
from deploy.paths import ROOT
from deploy.processes import clean_environment
from deploy.server import daphne_arguments, granian_arguments
from deploy.services import free_port

SECRET = "".join(chr(number) for number in range(ord("0"), ord("0") + 60))
PASSWORD = "not-to-be-told"

# Everything that production asks for, and nothing besides.
PRODUCTION = {
    "SEATCAST_PRODUCTION": "True",
    "DATABASE_URL": "postgres://seatcast:secret@db:5432/seatcast",
    "REDIS_URL": "redis://redis:6379/0",
    "SEATCAST_SECRET_KEY": SECRET,
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
    ("SEATCAST_DESK_WAIT_SECONDS", "1000000", "must be at most 86,400"),
    ("SEATCAST_SHOW_NAMES", "perhaps", "must be True or False"),
    ("SEATCAST_LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ("SEATCAST_REGISTER_RATE", "30/fortnight", "must be a number in a time, like 30/min"),
    ("SEATCAST_ALLOWED_HOSTS", "a.org,https://b.org", "must be host names by commas"),
    ("SEATCAST_CLIENT_ORIGINS", "https://a.org/", "must be origins by commas"),
    ("SEATCAST_SITE_URL", "a.org", "must be like https://tickets.example.org"),
    ("SEATCAST_PAYMENT_PROVIDER", "no.such.Provider", "must be the dotted path to a class"),
    ("SEATCAST_SECRET_KEY_FILE", "/no/such/file", "names a file that cannot be read"),
    ("SEATCAST_DATA_DIR", "/dev/null/data", "cannot be made"),
    (
        "DATABASE_URL",
        f"postgres://seatcast:{PASSWORD}@db:port/seatcast",
        "must be like postgres://",
    ),
    ("DATABASE_URL", f"mysql://seatcast:{PASSWORD}@db/seatcast", "must be like postgres://"),
    ("DATABASE_URL", "postgres://db:5432", "must be like postgres://"),
    ("REDIS_URL", f"http://:{PASSWORD}@redis:6379", "must be like redis://"),
    ("EMAIL_URL", f"pigeon://me:{PASSWORD}@mail", "must be like smtp+tls://"),
]

NOT_IN_PRODUCTION = [
    ("SEATCAST_DEBUG", "True"),
    ("SEATCAST_SECRET_KEY", ""),
    ("SEATCAST_SECRET_KEY", SECRET[:49]),
    ("SEATCAST_SECRET_KEY", "abcd" * 15),
    ("SEATCAST_SECRET_KEY", "django-insecure-" + SECRET),
    ("SEATCAST_SECRET_KEY", "change-me!" * 6),
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


def test_without_any_there_is_something_to_try_out() -> None:
    assert read_environment({}).allowed_hosts == ("localhost", "127.0.0.1", "[::1]")


def test_production_starts_with_what_it_asks_for() -> None:
    assert read_environment(PRODUCTION).production


@pytest.mark.parametrize(("name", "value", "sentence"), NONSENSE)
def test_nonsense_is_refused_in_a_sentence_that_keeps_secrets(
    name: str, value: str, sentence: str
) -> None:
    (told,) = faults(**{name: value})
    assert told.startswith(f"seatcast: {name} {sentence}")
    assert told.endswith(".")
    assert PASSWORD not in told


@pytest.mark.parametrize(("name", "value"), NOT_IN_PRODUCTION)
def test_what_is_not_safe_is_refused_in_production(name: str, value: str) -> None:
    (told,) = faults(**{**PRODUCTION, name: value})
    assert re.fullmatch(rf"seatcast: {name} must .+ in production(, .+)?\.", told)
    assert not value or name != "SEATCAST_SECRET_KEY" or value not in told
    read_environment({**PRODUCTION, name: value, "SEATCAST_PRODUCTION": "False"})


def test_nobody_pays_with_nothing_by_accident() -> None:
    (told,) = faults(**{**PRODUCTION, "SEATCAST_DEMO_PAYMENTS": ""})
    assert "SEATCAST_PAYMENT_PROVIDER takes nobody's money" in told


def test_a_misspelt_variable_is_refused_and_the_one_that_was_meant_is_named() -> None:
    (told,) = faults(SEATCAST_LOCK_SECOND="60")
    assert told == ("seatcast: SEATCAST_LOCK_SECOND is no setting; SEATCAST_LOCK_SECONDS is one.")


def test_all_faults_are_told_at_once() -> None:
    told = faults(SEATCAST_PRODUCTION="True", SEATCAST_SEAT_CAP="ten", SEATCAST_TYPO="1")
    named = {sentence.split()[1] for sentence in told}
    assert named > {"SEATCAST_SEAT_CAP", "SEATCAST_TYPO", "DATABASE_URL", "SEATCAST_HTTPS"}
    assert len(told) == len(named)


def test_a_secret_is_read_from_a_file_and_shown_by_nobody(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    environment = read_environment({"SEATCAST_SECRET_KEY_FILE": str(tmp_path / "secret")})
    assert environment.secret_key == SECRET
    assert SECRET not in repr(environment)


def test_every_setting_is_documented_with_its_default() -> None:
    found = re.findall(r"^# ([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.M)
    documented = dict(found)
    assert len(documented) == len(found), "told twice"
    assert {name for name in documented if name.startswith("SEATCAST_")} <= {*names(), *OF_OTHERS}
    assert {*names(), *OF_OTHERS} <= set(documented)
    folder = "SEATCAST_DATA_DIR"
    as_documented = {name: documented[name] for name in names() if name != folder}
    assert read_environment(as_documented) == read_environment({})


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["-m", "daphne", *daphne_arguments(host="127.0.0.1", port=0)],
        ["-m", "granian", *granian_arguments(host="127.0.0.1", port=0, workers=1)],
        ["-m", "deploy.serve"],
    ],
    ids=lambda command: command[-1] if command[0] == "manage.py" else command[1],
)
def test_no_server_starts_with_nonsense(command: list[str], tmp_path: Path) -> None:
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
            _, told = server.communicate(timeout=30)
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
    assert server.returncode > 0
    assert "seatcast: SEATCAST_SEAT_CAP must be a whole number." in told
    assert "Traceback" not in told
