from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReservationsConfig(AppConfig):
    name = "reservations"

    def ready(self) -> None:
        import reservations.checks
        import reservations.demo.checks  # noqa: F401 - both register their checks
        from reservations.roles import make_roles

        post_migrate.connect(make_roles, sender=self)
