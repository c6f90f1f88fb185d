from django.contrib import admin
from django.urls import include, path, re_path

from config.views import ApiDocs, Schema, client, no_such_call
from security_log.api import SecurityLogView

# They are tried in this order: what a rush is made of comes first.
urlpatterns = [
    path("api/", include("reservations.api.urls")),
    path("api/schema/", Schema.as_view(), name="schema"),
    path("api/docs/", ApiDocs.as_view(url_name="schema"), name="docs"),
    path("api/", include("realtime.urls")),
    path("api/", include("accounts.urls")),
    path("api/security-log/", SecurityLogView.as_view()),
    re_path(r"^api(/.*)?$", no_such_call),
    path("admin/", admin.site.urls),
    re_path(r"^(?!static/|assets/|ws/).*$", client),
]

handler400 = "config.views.bad_request"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
