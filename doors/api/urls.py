from django.urls import path

from doors.api import views

# `id` is the path converter of `reservations.api`.
_DOOR = "events/<id:event_id>/doors/<uuid:door_id>/"

urlpatterns = [
    path("events/<id:event_id>/doors/", views.DoorsView.as_view()),
    path(_DOOR, views.DoorView.as_view()),
    path(f"{_DOOR}list/", views.DoorListView.as_view()),
    path(f"{_DOOR}changes/", views.DoorChangesView.as_view()),
    path(f"{_DOOR}scans/", views.DoorScansView.as_view()),
    path(f"{_DOOR}revoke/", views.RevokeDoorView.as_view()),
]
