"""The settings that the stack adds in production."""

from pathlib import Path

from deploy.address import Address
from deploy.banner import demo_password
from deploy.environment import is_production
from deploy.production import production_settings, stack_address, stored_secret

ADDRESS = Address(host="127.0.0.1", port=8000, authority=Path("root.crt"))


def added(data_dir: Path, **environment: str) -> dict[str, str]:
    return production_settings(environment, address=ADDRESS, data_dir=data_dir)


def test_production_uses_tls(tmp_path: Path) -> None:
    for word, is_asked_for in (("True", True), ("on", True), ("False", False), ("", False)):
        environment = {"SEATCAST_PRODUCTION": word}
        assert is_production(environment) is is_asked_for
        address = stack_address(environment, data_dir=tmp_path)
        assert (address.authority is not None) is is_asked_for


def test_secrets_are_generated_once_and_long_enough(tmp_path: Path) -> None:
    first, again = added(tmp_path), added(tmp_path)
    assert first == again
    for name, length in (
        ("SEATCAST_SECRET_KEY_FILE", 50),
        ("SEATCAST_TICKET_KEY_FILE", 50),
        ("SEATCAST_DEMO_PASSWORD_FILE", 16),
    ):
        file = Path(first[name])
        assert len(file.read_text()) >= length
        assert file.stat().st_mode & 0o077 == 0
    assert demo_password(first) == Path(first["SEATCAST_DEMO_PASSWORD_FILE"]).read_text()
    assert first["SEATCAST_SITE_URL"] == "https://localhost:8000"


def test_settings_in_the_environment_take_precedence(tmp_path: Path) -> None:
    stored_secret(tmp_path / "own")
    added_settings = added(
        tmp_path,
        SEATCAST_SECRET_KEY_FILE=str(tmp_path / "own"),
        SEATCAST_TICKET_KEY_FILE=str(tmp_path / "own_too"),
        SEATCAST_DEMO_PASSWORD="mine-alone",
        SEATCAST_SITE_URL="https://tickets.example.org",
    )
    assert added_settings == {"SEATCAST_HTTPS": "True", "SEATCAST_ALLOWED_HOSTS": "localhost"}
