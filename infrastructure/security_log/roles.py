"""Log changes of roles, whoever makes them: receivers of Django's signals."""

from typing import Any

from django.contrib.auth.models import Group, Permission

from infrastructure.security_log.log import Kind, record

_FLAGS = ("is_active", "is_staff", "is_superuser")
_CHANGES = {"post_add": "added", "post_remove": "removed", "pre_clear": "removed"}


def keep_loaded_flags(*, instance: Any, **_: Any) -> None:
    """Keep the flags of an account as loaded: receiver of `post_init`."""
    instance._flags_loaded = {name: instance.__dict__.get(name) for name in _FLAGS}


def on_user_saved(
    *, instance: Any, created: bool, update_fields: frozenset[str] | None, **_: Any
) -> None:
    """Log changed flags of an account: receiver of `post_save`."""
    before = {} if created else instance._flags_loaded
    saved = {
        name: instance.__dict__[name]
        for name in _FLAGS
        if name in instance.__dict__ and (update_fields is None or name in update_fields)
    }
    usual = {"is_active": True, "is_staff": False, "is_superuser": False}
    changed = {
        name: value for name, value in saved.items() if value != before.get(name, usual[name])
    }
    instance._flags_loaded = {**instance._flags_loaded, **saved}
    if changed:
        record(Kind.ROLES_CHANGED, subject_id=instance.pk, details=changed)


def on_person_roles_changed(
    *, instance: Any, action: str, reverse: bool, model: Any, pk_set: set[int] | None, **_: Any
) -> None:
    """Log that an account got or lost groups or permissions: receiver of `m2m_changed`."""
    if action not in _CHANGES:
        return
    if reverse:
        people = pk_set if pk_set is not None else instance.user_set.values_list("pk", flat=True)
        named = {_names(type(instance)): [_name(instance)]}
    else:
        people = [instance.pk]
        named = {_names(model): _found(instance, model, pk_set)}
    for person_id in people:
        record(
            Kind.ROLES_CHANGED, subject_id=person_id, details={"change": _CHANGES[action], **named}
        )


def on_group_permissions_changed(
    *, instance: Any, action: str, reverse: bool, model: Any, pk_set: set[int] | None, **_: Any
) -> None:
    """Log that a group got or lost permissions: receiver of `m2m_changed`."""
    if action not in _CHANGES:
        return
    if reverse:
        groups = model.objects.filter(pk__in=pk_set) if pk_set else instance.group_set.all()
        changes = [(group, [_name(instance)]) for group in groups]
    else:
        changes = [(instance, _found(instance, model, pk_set))]
    for group, permissions in changes:
        record(
            Kind.GROUP_CHANGED,
            details={
                "group": group.name,
                "change": _CHANGES[action],
                "permissions": permissions,
            },
        )


def _found(instance: Any, model: Any, pk_set: set[int] | None) -> list[str]:
    if pk_set is not None:
        rows = model.objects.filter(pk__in=pk_set)
    elif model is Group:
        rows = instance.groups.all()
    else:
        rows = (
            instance.permissions.all()
            if isinstance(instance, Group)
            else instance.user_permissions.all()
        )
    if model is Permission:
        rows = rows.select_related("content_type")
    return sorted(_name(row) for row in rows)


def _names(model: Any) -> str:
    return "groups" if model is Group else "permissions"


def _name(row: Any) -> str:
    if isinstance(row, Permission):
        return f"{row.content_type.app_label}.{row.codename}"
    return str(row.name)
