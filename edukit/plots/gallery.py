"""The README's picture of the bench, drawn by its own plot: `python -m edukit.plots.gallery RESULTS.json size.png`.

RESULTS.json is what `edukit bench --output DIR` wrote.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from edukit.disk.sealed import without_check
from edukit.plots.benchmark import SizePlot
from edukit.plots.picture import Picture


def main(results: str, file: str) -> None:
    """Write the picture, and print its description, which serves as alt text."""
    stages = [SimpleNamespace(**stage) for stage in without_check(json.loads(Path(results).read_text()))["stages"]]
    picture = Picture(SizePlot, figsize=(7.2, 3.4), stages=stages)
    Path(file).write_bytes(picture.png())
    print(picture.description)


if __name__ == "__main__":
    main(*sys.argv[1:])
