from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config.postgresql import checks  # noqa: F401 - which registers them
