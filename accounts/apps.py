from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.remembered import forget

        user_logged_in.connect(forget)
        user_logged_out.connect(forget)
