from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save, pre_delete


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.models import User
        from accounts.revocations import on_user_deleted, on_user_saved
        from accounts.session_cache import invalidate
        from accounts.sign_ins.tracking import record_session

        user_logged_in.connect(invalidate)
        user_logged_in.connect(record_session)
        user_logged_out.connect(invalidate)
        post_save.connect(on_user_saved, sender=User)
        pre_delete.connect(on_user_deleted, sender=User)


class AdminConfig(admin_apps.AdminConfig):
    """Django's admin, with our admin site. INSTALLED_APPS names it."""

    default = False
    default_site = "accounts.admin_site.AdminSite"
