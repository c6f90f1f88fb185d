from django.urls import path

from accounts.second_factor import views

urlpatterns = [
    path("login/second-factor/", views.LoginSecondFactorView.as_view()),
    path("token/second-factor/", views.TokenSecondFactorView.as_view()),
    path("second-factor/", views.SecondFactorView.as_view()),
    path("second-factor/totp/", views.TotpView.as_view()),
    path("second-factor/totp/confirm/", views.TotpConfirmView.as_view()),
    path("second-factor/totp/remove/", views.TotpRemoveView.as_view()),
    path("second-factor/passkeys/", views.PasskeysView.as_view()),
    path("second-factor/passkeys/options/", views.PasskeyOptionsView.as_view()),
    path("second-factor/passkeys/<int:passkey_id>/", views.PasskeyView.as_view()),
    path("second-factor/passkeys/<int:passkey_id>/remove/", views.PasskeyRemoveView.as_view()),
    path("second-factor/recovery-codes/", views.RecoveryCodesView.as_view()),
]
