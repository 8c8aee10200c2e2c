"""How long the panels of a lesson take from a control's change to the picture, in the kernel, on the lesson's own data.

`python -m edukit.panels notebooks/0*.ipynb` runs the cells of each lesson and moves every slider from end to end.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from edukit.panels.panel import Panel
from edukit.panels.slider import Slider


def panels_of(lesson: Path) -> list[Panel]:
    """What the cells of a notebook show that is a panel, in their order. Raises what a cell raises."""
    shell = InteractiveShell()
    found = []
    for cell in json.loads(lesson.read_text())["cells"]:
        if cell["cell_type"] == "code":
            with capture_output():
                outcome = shell.run_cell("".join(cell["source"]))
            outcome.raise_error()
            if isinstance(outcome.result, Panel):
                found.append(outcome.result)
    return found


def delays_ms(slider: Slider, stops: int = 7, repeats: int = 3) -> np.ndarray:
    """The delay of each step of a slider over its whole range and back."""
    there = np.linspace(slider.min, slider.max, stops)
    times = []
    for value in np.tile([*there, *there[-2:0:-1]], repeats):
        before = slider.value
        start = time.perf_counter()
        slider.value = type(before)(value)
        if slider.value != before:
            times.append(1e3 * (time.perf_counter() - start))
    return np.array(times)


def main(lessons: list[Path]) -> None:
    """Print a line for each slider of each panel."""
    for lesson in lessons:
        for number, panel in enumerate(panels_of(lesson), 1):
            for name, control in panel.controls.items():
                if isinstance(control, Slider):
                    times = delays_ms(control)
                    spread = f"median {np.median(times):5.1f} ms   p95 {np.percentile(times, 95):5.1f} ms"
                    print(f"{lesson.stem}, panel {number}, {name:20s} {spread}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Time the panels of lessons.")
    parser.add_argument("lessons", nargs="+", type=Path, metavar="NOTEBOOK")
    main(parser.parse_args().lessons)
