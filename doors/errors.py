"""The errors with which a door is refused."""

from rest_framework.exceptions import APIException, NotFound


class DoorNotFound(NotFound):
    default_code = "door_not_found"
    default_detail = "This device is not registered at the event. Register it again."


class DoorRevoked(APIException):
    status_code = 403
    default_code = "door_revoked"
    default_detail = "An organiser has blocked this device."


class TooManyDoors(APIException):
    status_code = 409
    default_code = "too_many_doors"
    default_detail = "The event has as many devices as it can have."
