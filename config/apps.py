from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import sqlite  # noqa: F401 - which listens for connections
        from config.postgresql import checks, reading  # noqa: F401 - which registers them

        reading.watch_requests()
        _connect_apps()


def _connect_apps() -> None:
    """Register what apps do for each other that do not import each other.

    Each interface is described where it is registered. An app that imports the interface's owner
    registers its own part.
    """
    from accounts import mail_formats, mail_worker, notices, organisers, throttles
    from accounts import ticket_files as files_of_mail
    from accounts.personal_data import sources
    from infrastructure.security_log import second_factors
    from reservations import personal_data
    from reservations.formats import localised
    from reservations.housekeeping import background
    from reservations.ports import notices as notices_to_buyers
    from reservations.runtime import throttles as costly_calls
    from reservations.tickets import ticket_files

    second_factors.register(organisers)
    costly_calls.register(throttles.PersonThrottle)
    notices_to_buyers.register(notices)
    files_of_mail.register(ticket_files)
    mail_formats.register(localised)
    sources.register(personal_data)
    background.register("send_mail", mail_worker.run)
