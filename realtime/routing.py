from django.urls import re_path

from realtime.consumers import SeatMapConsumer, UnknownPath

websocket_urlpatterns = [
    re_path(r"^ws/events/(?P<event_id>[0-9]{1,18})/$", SeatMapConsumer.as_asgi()),
    # Without it a handshake that leads nowhere would be an error of ours.
    re_path("", UnknownPath.as_asgi()),
]
