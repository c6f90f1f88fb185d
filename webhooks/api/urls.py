from django.urls import path

from webhooks.api import views

# `id` is the path converter of `reservations.api`.
_ENDPOINT = "organisations/<id:organisation_id>/webhooks/<id:endpoint_id>/"

urlpatterns = [
    path("organisations/<id:organisation_id>/feed/", views.FeedView.as_view()),
    path("organisations/<id:organisation_id>/webhooks/", views.EndpointsView.as_view()),
    path(_ENDPOINT, views.EndpointView.as_view()),
    path(f"{_ENDPOINT}secret/", views.SecretView.as_view()),
    path(f"{_ENDPOINT}test/", views.TestView.as_view()),
    path(f"{_ENDPOINT}replay/", views.ReplayFailedView.as_view()),
    path(f"{_ENDPOINT}deliveries/", views.DeliveriesView.as_view()),
    path(f"{_ENDPOINT}deliveries/<id:delivery_id>/replay/", views.ReplayView.as_view()),
]
