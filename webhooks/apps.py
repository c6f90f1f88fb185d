from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from organisations import delegations
        from reservations.permissions import Permission
        from webhooks import services
        from webhooks.models import Endpoint

        delegations.register(
            delegations.Delegation(
                "webhooks",
                Endpoint,
                "set_up_by",
                Permission.CHANGE_ORGANISATION,
                services.turn_off_of,
            )
        )
