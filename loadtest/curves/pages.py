"""What came of the curves, as `docs/scaling.md` has it."""

from collections.abc import Mapping

from loadtest.compare.tables import table
from loadtest.curves.drawing import plot
from loadtest.curves.figures import Figure
from loadtest.push.figures import Numbers
from loadtest.push.results import short

BEGIN = "<!-- What follows is written by `make curves`. -->"
END = "<!-- What was written by `make curves` ends here. -->"

Points = Mapping[int, Numbers]


def section(figure: Figure, points: Points, *, picture: str) -> str:
    """Return a figure's part of the page: its plot, and a table with a column for each size."""
    sizes = sorted(points)
    names = list(points[sizes[0]])
    rows = [[name, *(short(points[size][name]) for size in sizes)] for name in names]
    told = table([figure.axis, *(f"{size:,}" for size in sizes)], rows)
    return f"### {figure.title}\n\n![{figure.title}]({picture})\n\n{told}"


def picture(figure: Figure, points: Points) -> str:
    """Return a figure's plot as SVG."""
    return plot(
        title=figure.title,
        axis=figure.axis,
        unit=figure.unit,
        curves={
            name: {size: numbers[name] for size, numbers in points.items()} for name in figure.drawn
        },
    )
