"""The site's settings with unreliable notifications."""

from config.settings import *  # noqa: F403
from config.settings import CHANNEL_LAYERS as SOUND_LAYERS
from tests.faults.faulty_layer import faulty

CHANNEL_LAYERS = faulty(SOUND_LAYERS)
