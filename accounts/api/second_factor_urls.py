from django.urls import path

from accounts.api import second_factor_views

urlpatterns = [
    path("login/second-factor/", second_factor_views.LoginSecondFactorView.as_view()),
    path("token/second-factor/", second_factor_views.TokenSecondFactorView.as_view()),
    path("second-factor/", second_factor_views.SecondFactorView.as_view()),
    path("second-factor/totp/", second_factor_views.TotpView.as_view()),
    path("second-factor/totp/confirm/", second_factor_views.TotpConfirmView.as_view()),
    path("second-factor/totp/remove/", second_factor_views.TotpRemoveView.as_view()),
    path("second-factor/passkeys/", second_factor_views.PasskeysView.as_view()),
    path("second-factor/passkeys/options/", second_factor_views.PasskeyOptionsView.as_view()),
    path("second-factor/passkeys/<int:passkey_id>/", second_factor_views.PasskeyView.as_view()),
    path(
        "second-factor/passkeys/<int:passkey_id>/remove/",
        second_factor_views.PasskeyRemoveView.as_view(),
    ),
    path("second-factor/recovery-codes/", second_factor_views.RecoveryCodesView.as_view()),
]
