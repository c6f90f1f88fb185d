"""The site's settings, with a publisher that never gives up: what waits for it waits for ever."""

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
