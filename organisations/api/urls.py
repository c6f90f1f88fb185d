from django.urls import path

from organisations.api import views

# `id` is the path converter of `reservations.api`.
urlpatterns = [
    path("organisations/", views.OrganisationsView.as_view()),
    path("organisations/<id:organisation_id>/", views.OrganisationView.as_view()),
    path("organisations/<id:organisation_id>/members/", views.MembersView.as_view()),
    path("organisations/<id:organisation_id>/members/<id:user_id>/", views.MemberView.as_view()),
    path("organisations/<id:organisation_id>/invitations/", views.InvitationsView.as_view()),
    path(
        "organisations/<id:organisation_id>/invitations/<id:invitation_id>/",
        views.InvitationView.as_view(),
    ),
    path("invitations/check/", views.CheckInvitationView.as_view()),
    path("invitations/accept/", views.AcceptInvitationView.as_view()),
]
