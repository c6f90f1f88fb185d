from django.contrib import admin
from django.urls import include, path, re_path

from config.web.views import ApiDocs, Schema, api_not_found, client
from infrastructure.security_log.api import SecurityLogView
from realtime.event_streams import EventStreamView

# Django tries these in order, so the most frequent calls come first.
urlpatterns = [
    path("api/", include("reservations.api.urls")),
    path("api/schema/", Schema.as_view(), name="schema"),
    path("api/docs/", ApiDocs.as_view(url_name="schema"), name="docs"),
    path("api/", include("realtime.urls")),
    path("ws/events/<id:event_id>/", EventStreamView.as_view()),
    path("api/", include("accounts.api.urls")),
    path("api/", include("organisations.api.urls")),
    path("api/", include("webhooks.api.urls")),
    path("api/", include("doors.api.urls")),
    path("api/security-log/", SecurityLogView.as_view()),
    re_path(r"^api(/.*)?$", api_not_found),
    path("admin/", admin.site.urls),
    re_path(r"^(?!static/|assets/|ws/).*$", client),
]

handler400 = "config.web.views.bad_request"
handler404 = "config.web.views.not_found"
handler500 = "config.web.views.server_error"
