"""What came of all rounds: a table for each figure, ratios, and whether they are as wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from laboratory.results import Numbers, Target, spread, table


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What Seatcast's number should be beside somebody else's, or by itself where `beside` is "".

    Ratios are those of each round, so that a machine that is slower for a while is so for both.
    """

    number: str
    beside: str = ""
    who: str = "Seatcast"
    at_most: float | None = None
    at_least: float | None = None

    @property
    def name(self) -> str:
        return f"{self.number}: {self.who}{f' / {self.beside}' if self.beside else ''}"

    @property
    def target(self) -> Target:
        return Target(number=self.name, at_most=self.at_most, at_least=self.at_least)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was measured of a figure: by whose it is, and by the round's number."""

    title: str
    wanted: Sequence[Wanted]
    rounds: Mapping[str, Mapping[int, Numbers]]

    def values(self, wanted: Wanted) -> list[float]:
        """Return what is wanted to be large or small, of each round in which it is known."""
        ours = self.rounds.get(wanted.who, {})
        if not wanted.beside:
            return [one[wanted.number] for one in ours.values() if wanted.number in one]
        theirs = self.rounds.get(wanted.beside, {})
        return [
            ours[number][wanted.number] / theirs[number][wanted.number]
            for number in sorted(ours.keys() & theirs.keys())
        ]

    @property
    def shortfalls(self) -> list[str]:
        """Return what is missed, or was not measured, a line each."""
        found = []
        for wanted in self.wanted:
            values = self.values(wanted)
            if not values:
                found.append(f"{wanted.name}: not measured")
            elif not wanted.target.is_reached(median(values)):
                found.append(f"{wanted.name}: {wanted.target.verdict(median(values))}")
        return found

    def markdown(self) -> str:
        rounds_by_name = {name: list(by_round.values()) for name, by_round in self.rounds.items()}
        numbers = dict.fromkeys(
            number for all_of in rounds_by_name.values() for number in all_of[0]
        )
        rows = [
            [
                number,
                *(
                    spread([it[number] for it in all_of if number in it])
                    for all_of in rounds_by_name.values()
                ),
            ]
            for number in numbers
        ]
        rounds = max(map(len, rounds_by_name.values()))
        head = [f"median of {rounds} (least to most)", *rounds_by_name]
        parts = [f"### {self.title}", table(head, rows)]
        compared = [
            [wanted.name, spread(values), wanted.target.verdict(median(values))]
            for wanted in self.wanted
            if (values := self.values(wanted))
        ]
        if compared:
            parts.append(table(["of the same round", "ratio", "wanted"], compared))
        return "\n\n".join(parts)
