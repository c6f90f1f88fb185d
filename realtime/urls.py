from django.urls import path

from realtime.views import ChangesView

urlpatterns = [path("events/<id:event_id>/changes/", ChangesView.as_view())]
