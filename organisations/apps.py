from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        from organisations import openings, services
        from organisations.models import Invitation
        from reservations.permissions import Permission

        openings.register(
            openings.Opening(
                "invitations",
                Invitation,
                "invited_by",
                Permission.CHANGE_ORGANISATION,
                services.withdraw_of,
            )
        )
