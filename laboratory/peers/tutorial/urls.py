from django.urls import path

from laboratory.peers.tutorial import views

urlpatterns = [
    path("api/events/<int:event_id>/seats/", views.seats),
    path("api/events/<int:event_id>/seats/<int:seat_id>/lock/", views.lock_seat),
]
