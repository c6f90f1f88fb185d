"""An organisation with a member of each role."""

from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from organisations.models import Membership, Organisation
from organisations.roles import Role
from tests.factories import make_user, signed_in


@dataclass
class House:
    """An organisation, and a member of it for each role."""

    organisation: Organisation
    members: dict[Role, User]

    @property
    def path(self) -> str:
        return f"/api/organisations/{self.organisation.pk}/"

    @property
    def owner(self) -> User:
        return self.members[Role.OWNER]

    def member_path(self, role: Role) -> str:
        return f"{self.path}members/{self.members[role].pk}/"

    def client(self, role: Role = Role.OWNER) -> Any:
        """Return a member's browser."""
        client: APIClient = signed_in(self.members[role])
        return client

    def roles(self) -> dict[int, str]:
        return dict(self.organisation.memberships.values_list("user", "role"))


def make_house(name: str) -> House:
    organisation = Organisation.objects.create(name=name)
    members = {role: make_user(f"{role}_of_{name.lower()}") for role in Role}
    for role, user in members.items():
        Membership.objects.create(organisation=organisation, user=user, role=role)
    return House(organisation, members)


@pytest.fixture
def choir(db: None) -> House:
    return make_house("Choir")


@pytest.fixture
def circus(db: None) -> House:
    return make_house("Circus")
