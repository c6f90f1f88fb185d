from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        from accounts.personal_data import sources
        from organisations import delegations, personal_data, services
        from organisations.models import Invitation
        from reservations.permissions import Permission

        sources.register(personal_data)
        delegations.register(
            delegations.Delegation(
                "invitations",
                Invitation,
                "invited_by",
                Permission.CHANGE_ORGANISATION,
                services.withdraw_of,
            )
        )
