"""All scenarios, by name."""

from loadtest.scenarios import Scenario
from loadtest.scenarios.on_sale import ON_SALE
from loadtest.scenarios.stampede import STAMPEDE

SCENARIOS: dict[str, Scenario] = {each.name: each for each in (STAMPEDE, ON_SALE)}
