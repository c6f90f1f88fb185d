from django.apps import AppConfig


class ReservationsConfig(AppConfig):
    name = "reservations"

    def ready(self) -> None:
        from reservations.demo import checks  # noqa: F401 - which registers them
