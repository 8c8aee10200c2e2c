"""Write what README shows of the tour, notebooks/pictures/forgetting.gif: `python tests/notebooks/pictures.py`.

The tour's own cells train the network; its first panel then shows 32 bits a weight, then 8, and so on down to 2.
"""

import io
import json
from pathlib import Path

from PIL import Image

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SHOWN_MS, LAST_MS = 900, 3000


def main() -> None:
    panel = played(NOTEBOOKS / "00_tour.ipynb")
    pictures = [frame(panel, bits) for bits in panel.controls["bits"].options]
    path = NOTEBOOKS / "pictures" / "forgetting.gif"
    durations = [SHOWN_MS] * (len(pictures) - 1) + [LAST_MS]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB, {len(pictures)} pictures")


def played(path):
    """The panel that the first cell with `fewer_bits` shows, after all cells above it have run."""
    names = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "panels.fewer_bits(" in source:
            above, _, last = source.rpartition("\n")
            exec(above, names)
            return eval(last, names)
        if cell["cell_type"] == "code":
            exec(source, names)
    raise ValueError(f"{path} must show panels.fewer_bits in a cell")


def frame(panel, bits) -> Image.Image:
    """As large as the page shows it."""
    panel.controls["bits"].value = bits
    sharp = Image.open(io.BytesIO(panel._png)).convert("RGB")
    page = sharp.resize((sharp.width // 2, sharp.height // 2), Image.Resampling.LANCZOS)
    return page.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


if __name__ == "__main__":
    main()
