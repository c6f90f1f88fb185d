from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        from organisations import delegations, services
        from organisations.models import Invitation
        from reservations.permissions import Permission

        delegations.register(
            delegations.Delegation(
                "invitations",
                Invitation,
                "invited_by",
                Permission.CHANGE_ORGANISATION,
                services.withdraw_of,
            )
        )
