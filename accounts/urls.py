from django.urls import path

from accounts import views

urlpatterns = [
    path("csrf/", views.CsrfView.as_view()),
    path("register/", views.RegisterView.as_view()),
    path("login/", views.LoginView.as_view()),
    path("logout/", views.LogoutView.as_view()),
    path("logout/everywhere/", views.LogoutEverywhereView.as_view()),
    path("password/change/", views.PasswordChangeView.as_view()),
    path("password/reset/", views.PasswordResetView.as_view()),
    path("password/reset/confirm/", views.PasswordResetConfirmView.as_view()),
    path("me/", views.MeView.as_view()),
    path("token/", views.TokenView.as_view()),
    path("token/refresh/", views.TokenRefreshView.as_view()),
    path("token/revoke/", views.TokenRevokeView.as_view()),
]
