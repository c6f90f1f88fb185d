from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReservationsConfig(AppConfig):
    name = "reservations"

    def ready(self) -> None:
        # All of them register their checks.
        import reservations.checks
        import reservations.demo.checks
        import reservations.payments.checks  # noqa: F401
        from reservations.roles import make_roles

        post_migrate.connect(make_roles, sender=self)
