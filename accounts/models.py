"""Who somebody is."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A buyer, or with `is_staff` an organiser. The username is the name that others see."""
