"""The README's pictures, drawn by the kit's own plots: `python -m edukit.plots.gallery RESULTS.json FOLDER`.

RESULTS.json is what `edukit bench --output DIR` wrote.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from edukit.disk.sealed import without_check
from edukit.plots.benchmark import SizePlot
from edukit.plots.picture import Picture
from edukit.plots.quantization.affine import StaircasePlot


def main(results: str, folder: str) -> None:
    """Draw both pictures into the folder and print their descriptions, which serve as alt text."""
    stages = [SimpleNamespace(**stage) for stage in without_check(json.loads(Path(results).read_text()))["stages"]]
    pictures = {
        "size": Picture(SizePlot, figsize=(7.2, 3.4), stages=stages),
        "staircase": Picture(StaircasePlot, figsize=(7.2, 3.4), bits=3, symmetric=False, high=1.0),
    }
    for name, picture in pictures.items():
        (Path(folder) / f"{name}.png").write_bytes(picture.png())
        print(f"{name}.png  {picture.description}")


if __name__ == "__main__":
    main(*sys.argv[1:])
