from typing import Any

from django.apps import AppConfig
from django.db.models.signals import m2m_changed, post_init, post_save


class SecurityLogConfig(AppConfig):
    name = "infrastructure.security_log"
    verbose_name = "Security log"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model
        from django.contrib.auth.models import Group

        from infrastructure.security_log import roles

        user: Any = get_user_model()
        post_init.connect(roles.keep_loaded_flags, sender=user)
        post_save.connect(roles.on_user_saved, sender=user)
        for through in (user.groups.through, user.user_permissions.through):
            m2m_changed.connect(roles.on_person_roles_changed, sender=through)
        m2m_changed.connect(roles.on_group_permissions_changed, sender=Group.permissions.through)
