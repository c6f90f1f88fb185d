"""Pictures of a page, for tickets and for the README. They need a browser, as `make test` does."""

import tempfile
from pathlib import Path

from PIL import Image, ImageOps

from deploy.console import Problem
from deploy.environment import clean_environment
from deploy.paths import FRONTEND
from tools.browser import ensure_browser
from tools.node import ensure_node
from tools.processes import run_shown

FRAMES = 32
_MOMENTS = 4
_SCRIPT = Path(__file__).parent / "pictures.js"
_FRAME_MS, _LAST_FRAME_MS = 120, 2_500
# The seats have four colours, and the text a few shades.
_COLORS = 32
_GAP = 8
_BORDER = 16


def take_pictures(page: Path, folder: Path) -> None:
    """Save each chart as the page does, and the seats: at some moments, and as they change.

    Raises: Problem when there is no browser, or the page cannot be shown.
    """
    node = ensure_node()
    if not (FRONTEND / "node_modules" / "@playwright").is_dir():
        raise Problem("Pictures need the client's packages: `make setup DEV=1`.")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as frames_folder:
        status = run_shown(
            [str(node.bin_dir / "node"), str(_SCRIPT)],
            environment=clean_environment(
                **node.environment(),
                CHROME=ensure_browser(node),
                FRONTEND=str(FRONTEND),
                PAGE=page.resolve().as_uri(),
                FOLDER=str(folder.resolve()),
                FRAMES_FOLDER=frames_folder,
                FRAMES=str(FRAMES),
            ),
        )
        if status:
            raise Problem("The page could not be pictured; what the browser said is above.")
        if taken := sorted(Path(frames_folder).glob("*.png")):
            frames = [Image.open(path).convert("RGB") for path in taken]
            save_seats([ImageOps.expand(frame, _BORDER, "white") for frame in frames], folder)


def save_seats(frames: list[Image.Image], folder: Path) -> None:
    """Save what the seats looked like: some moments side by side, and all as one that moves."""
    last = len(frames) - 1
    moments = [frames[last * part // (_MOMENTS - 1)] for part in range(_MOMENTS)]
    _side_by_side(moments).save(folder / "moments.png", optimize=True)
    # One palette for all, or colours would flicker from frame to frame.
    palette = _side_by_side(moments).quantize(_COLORS)
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    drawn[0].save(
        folder / "seats.gif",
        save_all=True,
        append_images=drawn[1:],
        duration=[_FRAME_MS] * (len(drawn) - 1) + [_LAST_FRAME_MS],
        loop=0,
        optimize=True,
    )


def _side_by_side(frames: list[Image.Image]) -> Image.Image:
    width, height = frames[0].size
    whole = Image.new("RGB", ((width + _GAP) * len(frames) - _GAP, height), "white")
    for place, frame in enumerate(frames):
        whole.paste(frame, (place * (width + _GAP), 0))
    return whole
