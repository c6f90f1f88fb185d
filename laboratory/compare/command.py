"""`python -m laboratory compare`: measure Seatcast and its peers in turn, and print the tables."""

import argparse

from deploy.paths import ROOT
from laboratory.compare.comparison import Comparison
from laboratory.compare.dataset import dataset_on_own_services
from laboratory.compare.figures import FIGURES
from laboratory.compare.servers import NODE, install_node_peer
from laboratory.programs import service_versions, versions
from laboratory.results import Report, parser, rounds
from loadtest.engine.viewers import allow_many_files

DOCUMENT = ROOT / "docs" / "benchmarks.md"
_COMPARED = ("Django", "granian", "daphne", "channels", "channels_redis", "psycopg")


def main() -> int:
    """Return 0 when everything is as wanted, else 1."""
    options = _options()
    allow_many_files()
    install_node_peer()
    report = Report(name="compare", facts=versions(*_COMPARED, npm=NODE))
    comparison = Comparison(figures=options.only, report=report, scale=options.scale)
    with dataset_on_own_services() as dataset:
        for number in range(options.rounds):
            comparison.measure(dataset, number=number)
        report.facts |= service_versions(dataset.database_url, dataset.redis_url)
    # On services of its own.
    comparison.measure_on_sale()
    outcomes = comparison.outcomes()
    return report.publish(
        options,
        tables=[outcome.markdown() for outcome in outcomes],
        data={"rounds": comparison.rounds},
        missed=[line for outcome in outcomes for line in outcome.shortfalls],
        document=DOCUMENT,
    )


def _options() -> argparse.Namespace:
    made = parser("compare", description=__doc__, figures=FIGURES)
    made.add_argument("--rounds", type=rounds, default=5, help="medians of how many (%(default)s)")
    made.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    return made.parse_args()
