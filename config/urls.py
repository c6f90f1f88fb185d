from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from config.views import ApiDocs, client, no_such_call

urlpatterns = [
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", ApiDocs.as_view(url_name="schema"), name="docs"),
    path("api/", include("reservations.api.urls")),
    path("api/", include("accounts.urls")),
    re_path(r"^api(/.*)?$", no_such_call),
    path("admin/", admin.site.urls),
    re_path(r"^(?!static/|assets/|ws/).*$", client),
]

handler400 = "config.views.bad_request"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
