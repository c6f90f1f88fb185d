"""Serializers for the API schema, made from the type hints of records."""

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

from rest_framework import serializers

_FIELDS: dict[Any, Callable[..., serializers.Field[Any, Any, Any, Any]]] = {
    bool: serializers.BooleanField,
    float: serializers.FloatField,
    int: serializers.IntegerField,
    str: serializers.CharField,
}


@cache
def serializer_of(record: type) -> type[serializers.Serializer[Any]]:
    """Return a serializer with the fields of a TypedDict: SeatSerializer for SeatRecord.

    `Annotated` hints can have a help text (str), and what makes the field, if it is not the usual
    one of the type.
    """
    hints = get_type_hints(record, include_extras=True)
    name = f"{record.__name__.removesuffix('Record')}Serializer"
    return type(name, (serializers.Serializer,), {key: _field(hints[key]) for key in hints})


def _field(hint: Any, **options: Any) -> serializers.Field[Any, Any, Any, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return _field(arguments[0], required=False, **options)
    if origin is Annotated:
        inner, *extras = arguments
        for extra in extras:
            options |= {"help_text": extra} if isinstance(extra, str) else {"make": extra}
        return _field(inner, **options)
    if origin is UnionType or NoneType in arguments:
        (inner,) = (each for each in arguments if each is not NoneType)
        return _field(inner, allow_null=True, **options)
    make = options.pop("make", None)
    if origin is list:
        (item,) = arguments
        if is_typeddict(item):
            return serializer_of(item)(many=True, **options)
        return serializers.ListField(child=_field(item), **options)
    if is_typeddict(hint):
        return serializer_of(hint)(**options)
    return (make or _FIELDS[hint])(**options)
