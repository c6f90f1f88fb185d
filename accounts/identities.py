"""Who a request's session or token says it is, without asking the database."""

from rest_framework_simplejwt.models import TokenUser


class SignedIn(TokenUser):
    """A person by the claims of a token, or of a remembered session."""

    @property
    def mfa_passed(self) -> bool:
        """Whether they showed the second factor that the account has now."""
        return self.token.get("mfa") is True

    @property
    def has_second_factor(self) -> bool:
        """Whether the account has one."""
        return self.token.get("mfa") is not None
