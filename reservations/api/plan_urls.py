"""The paths of the API of seating plans, under `/api/`."""

from django.urls import path

from reservations.api import plan_views as views

urlpatterns = [
    path("organisations/<id:organisation_id>/plans/", views.OrganisationPlansView.as_view()),
    path("events/<id:event_id>/plan/", views.EventPlanView.as_view()),
    path("plans/check/", views.CheckPlanView.as_view()),
    path("plans/<id:plan_id>/", views.PlanView.as_view()),
    path("plans/<id:plan_id>/draft/", views.PlanDraftView.as_view()),
    path("plans/<id:plan_id>/versions/", views.PlanVersionsView.as_view()),
    path("plans/<id:plan_id>/versions/<id:number>/", views.PlanVersionView.as_view()),
    path("plans/<id:plan_id>/versions/<id:number>/export/", views.PlanExportView.as_view()),
    path("plans/<id:plan_id>/preview/", views.PlanPreviewView.as_view()),
    path("plans/<id:plan_id>/miniature/", views.PlanMiniatureView.as_view()),
]
