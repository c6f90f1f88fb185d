"""The site's settings, with a doorbell that cannot be relied on."""

from config.settings import *  # noqa: F403
from config.settings import CHANNEL_LAYERS

CHANNEL_LAYERS["default"]["BACKEND"] = "tests.faults.faulty_layer.FaultyLayer"
