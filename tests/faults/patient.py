"""The site's settings with a publisher that never times out, so that waiting for it hangs."""

from django.apps import AppConfig

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as APPS

INSTALLED_APPS = [*APPS, "tests.faults.patient.Patient"]


class Patient(AppConfig):
    name = "tests.faults.patient"
    label = "patient"

    def ready(self) -> None:
        from realtime import publisher

        publisher.SEND_SECONDS = float("inf")
