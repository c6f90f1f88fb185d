from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self) -> None:
        from realtime.publisher import announce
        from reservations.events.changes import seats_changed

        seats_changed.connect(announce, dispatch_uid="realtime.publisher")
