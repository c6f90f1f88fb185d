from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from organisations import delegations
        from reservations.housekeeping import background
        from reservations.permissions import Permission
        from reservations.ports import outbox as seams
        from webhooks import outbox, services, worker
        from webhooks.models import Endpoint

        seams.register(outbox)
        background.register("deliver_webhooks", worker.run)

        delegations.register(
            delegations.Delegation(
                "webhooks",
                Endpoint,
                "set_up_by",
                Permission.CHANGE_ORGANISATION,
                services.turn_off_of,
            )
        )
