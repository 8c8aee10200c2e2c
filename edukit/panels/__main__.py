"""How long the panels of a lesson take from a control's change to the picture, on the lesson's own data.

    python -m edukit.panels notebooks/0*.ipynb             in the kernel: runs the cells, moves sliders from end to end
    python -m edukit.panels --browser notebooks/0*.ipynb   in JupyterLab: from an arrow key to the picture on the page

A panel that is drawn once moves without the kernel: of it the first prints how long drawing all of it takes. The second
needs playwright and Chromium.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from edukit.panels import browser
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


def in_the_kernel(lesson: Path) -> None:
    """Print a line for each panel that is drawn once, and for each slider of every other."""
    for number, panel in enumerate(panels_of(lesson), 1):
        if panel.drawn_once:
            print(f"{lesson.stem}, panel {number}, {drawn_once(panel)}", flush=True)
            continue
        for name, control in panel.controls.items():
            if isinstance(control, Slider):
                _print(f"{lesson.stem}, panel {number}, {name}", delays_ms(control))


def drawn_once(panel: Panel) -> str:
    """How many pictures a panel has that moves without the kernel, and what they cost."""
    start = time.perf_counter()
    size = len(panel.page()) / 1e6
    return f"drawn once: {panel.states} states in {time.perf_counter() - start:.1f} s, {size:.1f} MB in a page"


def in_the_browser(lessons: list[Path]) -> None:
    """Print a line for each slider of each panel, and the median over the panels of each lesson."""
    with (
        tempfile.TemporaryDirectory() as home,
        browser.chromium() as chromium,
        browser.server(lessons, Path(home)) as where,
    ):
        for lesson in lessons:
            with browser.opened(lesson.name, where, chromium) as page:
                browser.run_all(page)
                found = list(browser.delays_of(page))
            for name, times in found:
                _print(f"{lesson.stem}, {name}", times)
            if found:
                _print(f"{lesson.stem}, all", np.concatenate([times for _, times in found]))


def _print(name, times):
    spread = (
        f"median {np.median(times):5.1f} ms   p95 {np.percentile(times, 95):5.1f} ms" if len(times) else "no change"
    )
    print(f"{name:55s} {spread}", flush=True)


def main(lessons: list[Path], in_browser: bool = False) -> None:
    """Print the delays of the panels of each lesson."""
    if in_browser:
        return in_the_browser(lessons)
    for lesson in lessons:
        in_the_kernel(lesson)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Time the panels of lessons.")
    parser.add_argument("lessons", nargs="+", type=Path, metavar="NOTEBOOK")
    parser.add_argument("--browser", action="store_true", help="from the key to the picture, in JupyterLab")
    chosen = parser.parse_args()
    try:
        main(chosen.lessons, chosen.browser)
    except RuntimeError as error:  # what a browser needs is not there
        if not chosen.browser:
            raise
        sys.exit(f"edukit.panels: {error}")
