"""All scenarios, by name."""

from loadtest.scenarios import Scenario
from loadtest.scenarios.churn import CHURN
from loadtest.scenarios.mixed import MIXED
from loadtest.scenarios.on_sale import ON_SALE
from loadtest.scenarios.stampede import STAMPEDE
from loadtest.scenarios.watchers import WATCHERS

SCENARIOS: dict[str, Scenario] = {
    each.name: each for each in (STAMPEDE, ON_SALE, WATCHERS, CHURN, MIXED)
}
