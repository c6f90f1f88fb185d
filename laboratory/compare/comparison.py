"""The rounds of the comparison: every server in turn, then the baselines."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

import uvloop

from deploy.console import say
from laboratory.compare.dataset import Dataset
from laboratory.compare.figures import FIGURES, Bench
from laboratory.compare.on_sale import has_kit, on_sale
from laboratory.compare.servers import KINDS, SEATCAST, Kind
from laboratory.compare.tables import Outcome
from laboratory.results import Numbers, Report
from loadtest.engine.processes import postgres_pid
from loadtest.engine.viewers import undisturbed

logger = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Comparison:
    """Some figures, and what has been measured of them: by figure, by whose it is, and by round.

    `scale` shrinks times and crowds, to try things out. What fails is noted in `report`.
    """

    figures: Sequence[str]
    report: Report
    scale: float = 1.0
    rounds: dict[str, dict[str, dict[int, Numbers]]] = field(default_factory=dict)

    def measure(self, dataset: Dataset, *, number: int) -> None:
        """Measure everything once. What fails leaves the rest as it is."""
        # In another order each time, so that nobody is always the first.
        turn = number % len(KINDS)
        for kind in [*KINDS[turn:], *KINDS[:turn]]:
            if not self._figures_of(kind):
                continue
            say(f"Round {number + 1}: {kind.name} …")
            with self._going_on(kind.name):
                self._measure_server(kind, dataset, number=number)
        for figure in self.figures:
            for name, baseline in FIGURES[figure].baselines.items():
                with self._going_on(name):
                    dataset.clear()
                    seatcast = self.rounds.get(figure, {}).get(SEATCAST.name, {}).get(number, {})
                    self._keep(figure, name, number, baseline(dataset, self.scale, seatcast))

    def measure_on_sale(self) -> None:
        """Measure the stadium on sale, if that is wanted."""
        if "on-sale" not in self.figures or not has_kit():
            return
        say("A stadium goes on sale …")
        locks = self.rounds.get("locks", {}).get(SEATCAST.name, {}).values()
        rate = median(one["locks/s"] for one in locks) if locks else None
        with self._going_on("on-sale"):
            numbers = on_sale(self.scale, locks_per_second=rate)
            self._keep("on-sale", SEATCAST.name, 0, numbers)

    def outcomes(self) -> list[Outcome]:
        """Return what came of each figure; servers first, as they are named everywhere."""
        found = []
        for figure in self.figures:
            by_name = self.rounds.get(figure, {})
            names = [kind.name for kind in KINDS if kind.name in by_name]
            names += [name for name in by_name if name not in names]
            if names:
                found.append(
                    Outcome(
                        title=FIGURES[figure].title,
                        wanted=FIGURES[figure].wanted,
                        rounds={name: by_name[name] for name in names},
                    )
                )
        return found

    def _figures_of(self, kind: Kind) -> list[str]:
        return [
            name for name in self.figures if FIGURES[name].measure and kind in FIGURES[name].kinds
        ]

    def _measure_server(self, kind: Kind, dataset: Dataset, *, number: int) -> None:
        dataset.clear()
        with kind.running(dataset) as server:
            bench = Bench(
                kind=kind,
                server=server,
                dataset=dataset,
                postgres=postgres_pid(dataset.database_url),
                scale=self.scale,
            )
            for name in self._figures_of(kind):
                measure = FIGURES[name].measure
                assert measure
                with undisturbed():
                    self._keep(name, kind.name, number, uvloop.run(measure(bench)))

    def _keep(self, figure: str, name: str, number: int, numbers: Numbers) -> None:
        shown = json.dumps({key: round(value, 3) for key, value in numbers.items()})
        say(f"{figure}, {name}: {shown}")
        self.rounds.setdefault(figure, {}).setdefault(name, {})[number] = numbers

    @contextmanager
    def _going_on(self, name: str) -> Iterator[None]:
        """Note what fails in the context, and go on."""
        try:
            yield
        except Exception as error:
            logger.exception("%s could not be measured", name)
            self.report.fail(name, error)
