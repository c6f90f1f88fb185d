from django.urls import include, path

from accounts.api import email_views, views
from accounts.api import guest_views as guests
from accounts.api.personal_data_views import EraseView, ExportView
from accounts.api.sign_in_views import SessionsView, SessionView

urlpatterns = [
    path("csrf/", views.CsrfView.as_view()),
    path("register/", views.RegisterView.as_view()),
    path("login/", views.LoginView.as_view()),
    path("logout/", views.LogoutView.as_view()),
    path("logout/everywhere/", views.LogoutEverywhereView.as_view()),
    path("password/change/", views.PasswordChangeView.as_view()),
    path("password/reset/", views.PasswordResetView.as_view()),
    path("password/reset/confirm/", views.PasswordResetConfirmView.as_view()),
    path("email/verify/", email_views.EmailVerifyView.as_view()),
    path("email/confirm/", email_views.EmailConfirmView.as_view()),
    path("email/change/", email_views.EmailChangeView.as_view()),
    path("guest/", guests.GuestView.as_view()),
    path("guest/details/", guests.GuestDetailsView.as_view()),
    path("guest/link/", guests.GuestLinkView.as_view()),
    path("guest/come-back/", guests.ComeBackView.as_view()),
    path("guest/account/", guests.GuestAccountView.as_view()),
    path("guest/bookings/", guests.GuestBookingsView.as_view()),
    path("guest/merge/", guests.GuestMergeView.as_view()),
    path("me/", views.MeView.as_view()),
    path("me/export/", ExportView.as_view()),
    path("me/erase/", EraseView.as_view()),
    path("token/", views.TokenView.as_view()),
    path("token/refresh/", views.TokenRefreshView.as_view()),
    path("token/revoke/", views.TokenRevokeView.as_view()),
    path("socket-ticket/", views.SocketTicketView.as_view()),
    path("sessions/", SessionsView.as_view()),
    path("sessions/<str:sign_in_id>/", SessionView.as_view()),
    path("", include("accounts.api.second_factor_urls")),
]
