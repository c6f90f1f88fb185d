from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "doors"

    def ready(self) -> None:
        from doors import services
        from doors.models import Door
        from organisations import delegations
        from reservations.permissions import Permission

        delegations.register(
            delegations.Delegation(
                "devices", Door, "steward", Permission.SCAN_TICKET, services.revoke_of
            )
        )
