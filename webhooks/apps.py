from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from organisations import openings
        from reservations.permissions import Permission
        from webhooks import services
        from webhooks.models import Endpoint

        openings.register(
            openings.Opening(
                "webhooks",
                Endpoint,
                "set_up_by",
                Permission.CHANGE_ORGANISATION,
                services.turn_off_of,
            )
        )
