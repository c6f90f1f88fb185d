from django.urls import include, path, register_converter

from reservations.api import (
    booking_link_views,
    booking_views,
    box_office_views,
    door_views,
    event_views,
    history_views,
    mail_views,
    payment_views,
    promo_code_views,
    public_views,
    reservation_views,
    seat_views,
    ticket_type_views,
)
from reservations.api.requests import IdConverter, PublicIdConverter, ReferenceConverter
from reservations.payments.demo_bank import DemoBankView
from reservations.payments.stripe_page import StripePageView

register_converter(IdConverter, "id")
register_converter(PublicIdConverter, "public_id")
register_converter(ReferenceConverter, "reference")

# They are tried in this order: what a rush is made of comes first.
urlpatterns = [
    path("events/<id:event_id>/seats/<id:seat_id>/lock/", seat_views.LockSeatView.as_view()),
    path("events/<id:event_id>/seats/<id:seat_id>/unlock/", seat_views.UnlockSeatView.as_view()),
    path("events/<id:event_id>/lock/", seat_views.LockSeatsView.as_view()),
    path("events/<id:event_id>/reserve/", seat_views.ReserveView.as_view()),
    path("events/<id:event_id>/unlock/", seat_views.UnlockSeatsView.as_view()),
    path("events/", public_views.EventsView.as_view()),
    path("events/<id:event_id>/", public_views.EventDetailView.as_view()),
    path("events/<id:event_id>/seats/", public_views.SeatsView.as_view()),
    path("events/<id:event_id>/layouts/<str:layout>/", public_views.LayoutView.as_view()),
    path("events/<id:event_id>/miniature/", public_views.MiniatureView.as_view()),
    path("events/<id:event_id>/locks/", public_views.LocksView.as_view()),
    path("events/<id:event_id>/figures/", public_views.FiguresView.as_view()),
    path("events/<id:event_id>/revenue/", public_views.RevenueView.as_view()),
    path("events/<id:event_id>/history/", history_views.HistoryView.as_view()),
    path("events/<id:event_id>/history/changes/", history_views.HistoryChangesView.as_view()),
    path("events/<id:event_id>/history/actions/", history_views.HistoryActionsView.as_view()),
    path("events/<id:event_id>/reports/", history_views.ReportsView.as_view()),
    path("events/<id:event_id>/exports/<str:table>/", history_views.ExportView.as_view()),
    path("events/<id:event_id>/bookings/", booking_views.BookingsView.as_view()),
    path("events/<id:event_id>/ticket-types/", ticket_type_views.TicketTypesView.as_view()),
    path("events/<id:event_id>/best/", seat_views.LockBestView.as_view()),
    path("events/<id:event_id>/areas/<str:group>/lock/", seat_views.LockPlacesView.as_view()),
    path("events/<id:event_id>/extend/", seat_views.ExtendLocksView.as_view()),
    path(
        "organisations/<id:organisation_id>/events/", event_views.OrganisationEventsView.as_view()
    ),
    path("events/<id:event_id>/released-locks/", box_office_views.ReleasedLocksView.as_view()),
    path("events/<id:event_id>/box-office/sell/", box_office_views.SellView.as_view()),
    path("events/<id:event_id>/box-office/allocate/", box_office_views.AllocateView.as_view()),
    path("events/<id:event_id>/box-office/unblock/", box_office_views.UnblockView.as_view()),
    path("events/<id:event_id>/box-office/release/", box_office_views.ReleaseView.as_view()),
    path(
        "events/<id:event_id>/box-office/allocations/", box_office_views.AllocationsView.as_view()
    ),
    path(
        "events/<id:event_id>/box-office/seats/<id:seat_id>/",
        box_office_views.SeatUseView.as_view(),
    ),
    path("events/<id:event_id>/promo-code/", promo_code_views.OpenedSeatsView.as_view()),
    path("events/<id:event_id>/box-office/codes/", promo_code_views.PromoCodesView.as_view()),
    path(
        "events/<id:event_id>/box-office/codes/<id:code_id>/withdraw/",
        promo_code_views.WithdrawPromoCodeView.as_view(),
    ),
    path("events/<id:event_id>/mails/", mail_views.MailsView.as_view()),
    path("events/<id:event_id>/settings/", event_views.EventSettingsView.as_view()),
    path("events/<id:event_id>/categories/", event_views.CategoriesView.as_view()),
    path("events/<id:event_id>/duplicate/", event_views.DuplicateView.as_view()),
    path("events/<id:event_id>/publish/", event_views.PublishView.as_view()),
    path("events/<id:event_id>/open-sale/", event_views.OpenSaleView.as_view()),
    path("events/<id:event_id>/close-sale/", event_views.CloseSaleView.as_view()),
    path("events/<id:event_id>/cancel-event/", event_views.CancelEventView.as_view()),
    path("events/<id:event_id>/picture/", event_views.PictureView.as_view()),
    path("reservations/", reservation_views.ReservationsView.as_view()),
    path("reservations/<public_id:reservation_id>/", reservation_views.ReservationView.as_view()),
    path(
        "reservations/<public_id:reservation_id>/ticket/",
        reservation_views.TicketFileView.as_view(),
    ),
    path("reservations/<public_id:reservation_id>/cancel/", reservation_views.CancelView.as_view()),
    path("reservations/<public_id:reservation_id>/paid/", reservation_views.PaidView.as_view()),
    path("reservations/<public_id:reservation_id>/booking/", booking_views.BookingView.as_view()),
    path("reservations/<public_id:reservation_id>/quote/", booking_views.QuoteView.as_view()),
    path("reservations/<public_id:reservation_id>/move/", booking_views.MoveView.as_view()),
    path("reservations/<public_id:reservation_id>/split/", booking_views.SplitView.as_view()),
    path("reservations/<public_id:reservation_id>/merge/", booking_views.MergeView.as_view()),
    path(
        "reservations/<public_id:reservation_id>/paid-back/", booking_views.PaidBackView.as_view()
    ),
    path("reservations/<public_id:reservation_id>/send/", booking_views.SendAgainView.as_view()),
    path(
        "reservations/<public_id:reservation_id>/link/",
        booking_link_views.BookingLinkView.as_view(),
    ),
    path(
        "reservations/<public_id:reservation_id>/take-over/",
        booking_link_views.TakeOverView.as_view(),
    ),
    path("payments/", payment_views.PaymentsView.as_view()),
    path("payments/notices/", payment_views.NoticesView.as_view()),
    path("payments/<reference:reference>/", payment_views.PaymentView.as_view()),
    path("payments/<reference:reference>/refresh/", payment_views.RefreshView.as_view()),
    path("payments/<reference:reference>/cancel/", payment_views.GiveUpView.as_view()),
    path("payments/<reference:reference>/demo-bank/", DemoBankView.as_view(), name="demo_bank"),
    path("payments/<reference:reference>/stripe/", StripePageView.as_view(), name="stripe_page"),
    path("tickets/<str:code>/", door_views.TicketView.as_view()),
    path("tickets/<str:code>/entry/", door_views.EntryView.as_view()),
    path("", include("reservations.api.plan_urls")),
]
