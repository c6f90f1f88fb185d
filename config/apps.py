from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import sqlite  # noqa: F401 - which listens for connections
        from config.postgresql import checks, reading  # noqa: F401 - which registers them

        reading.watch_requests()
