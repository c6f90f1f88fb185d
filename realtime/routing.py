from django.urls import re_path

from realtime.consumers import SeatMapConsumer

websocket_urlpatterns = [
    re_path(r"^ws/events/(?P<event_id>[0-9]{1,18})/$", SeatMapConsumer.as_asgi())
]
