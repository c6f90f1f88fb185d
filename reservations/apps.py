from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReservationsConfig(AppConfig):
    name = "reservations"

    def ready(self) -> None:
        from reservations.demo import checks  # noqa: F401 - which registers them
        from reservations.payments import checks as payment_checks  # noqa: F401
        from reservations.roles import make_roles

        post_migrate.connect(make_roles, sender=self)
