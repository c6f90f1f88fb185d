"""`python -m loadtest.maps`: one stadium drawn by our map and by others, timed in a browser.

`ROUNDS` says how often (5). Installs the others beside this at the first run; the product has none
of them. Nothing is drawn by a GPU, so that the figures are those of a machine without one.
"""

import json
import sys
import tempfile
from pathlib import Path

from deploy.environment import clean_environment
from deploy.paths import FRONTEND
from reservations.demo.stadium import stadium
from tools.browser import ensure_browser
from tools.node import ensure_node
from tools.processes import run_shown
from tools.steps import run_step

HERE = Path(__file__).parent


def main() -> int:
    """Return the exit status."""
    node = ensure_node()
    browser = ensure_browser(node)
    for folder, what in ((HERE, "Installing the other maps"), (FRONTEND, "Installing the client")):
        if not (folder / "node_modules" / ".package-lock.json").is_file():
            run_step(
                node.npm_command("ci", "--no-audit", "--no-fund"),
                what=what,
                cwd=folder,
                environment=node.environment(),
            )
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as hall:
        json.dump(_hall(), hall)
        hall.flush()
        return run_shown(
            [str(node.bin_dir / "node"), "measure.js"],
            environment=clean_environment(**node.environment(), CHROME=browser, HALL=hall.name),
            cwd=HERE,
        )


def _hall() -> dict[str, object]:
    """Return the stadium as the client has it once it has read the layout."""
    plan = stadium("Stadium")
    xs, ys = [seat.x for seat in plan.seats], [seat.y for seat in plan.seats]
    return {
        "radius": plan.seat_radius,
        "bounds": {
            "x": min(xs) - plan.seat_radius,
            "y": min(ys) - plan.seat_radius,
            "width": max(xs) - min(xs) + 2 * plan.seat_radius,
            "height": max(ys) - min(ys) + 2 * plan.seat_radius,
        },
        "seats": [
            {
                "id": index,
                "index": index,
                "seatNumber": seat.seat_number,
                "section": seat.section,
                "row": seat.row,
                "number": seat.number,
                "x": seat.x,
                "y": seat.y,
                "categoryId": None,
                "price": "50.00",
            }
            for index, seat in enumerate(plan.seats)
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
