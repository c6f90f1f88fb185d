from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "doors"

    def ready(self) -> None:
        from doors import services
        from doors.models import Door
        from organisations import openings
        from reservations.permissions import Permission

        openings.register(
            openings.Opening("devices", Door, "steward", Permission.SCAN_TICKET, services.revoke_of)
        )
