"""Lessons in a real JupyterLab on a small screen: cells run, panels move, nothing is cut, outputs are accessible.

Three lessons are run whole, with every panel: sliders, buttons, tables. nbval runs the cells of all of them; here the
others are opened as a learner finds them.

Needs   pip install playwright axe-playwright-python; apt-get install chromium (not `playwright install`)
Source  https://github.com/dequelabs/axe-core, the rules that the outputs are held to
"""

import json
import re
from pathlib import Path

import pytest

from edukit import bundled
from edukit.panels.browser import opened, run_all, step

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
NOTEBOOKS = bundled.path("notebooks")
WHOLE = "00_tour", "01_linear_quantization", "06_pruning"
OTHERS = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.stem not in WHOLE]
SCREENS = (1366, 768), (1024, 768)

# Lab's body has height 0, so axe would take all text for hidden and never look at its contrast.
AXE = """async () => {
  document.body.style.height = '100vh';
  const found = await axe.run('.jp-OutputArea-output', {resultTypes: ['violations']});
  return found.violations.filter(rule => ['serious', 'critical'].includes(rule.impact))
    .flatMap(rule => rule.nodes.map(node => `${rule.id} (${rule.impact}): ${node.html.slice(0, 300)}`));
}"""
CUT = """() => [...document.querySelectorAll('.jp-OutputArea-output')].flatMap(output => {
  const room = output.closest('.jp-OutputArea').getBoundingClientRect();
  const end = Math.min(room.right, window.innerWidth) + 1;
  return [...output.querySelectorAll('img, svg, canvas, table, pre, input, button, label, figcaption')]
    .filter(shown => shown.getBoundingClientRect().right > end)
    .map(shown => `${Math.round(shown.getBoundingClientRect().right - end)} px: ${shown.outerHTML.slice(0, 120)}`);
})"""


@pytest.fixture(scope="module", params=WHOLE)
def lesson(request, jupyter, chromium):
    """Open a notebook, run every cell, and hand over the page and the number of panels its code asks for."""
    path = NOTEBOOKS / f"{request.param}.ipynb"
    with opened(path.name, jupyter, chromium) as page:
        check_as_committed(page, path)
        run_all(page)
        yield page, count_panels(path)


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_a_lesson_opens_with_every_committed_picture_and_none_is_cut(path, jupyter, chromium):
    """So do the lessons that are run whole, before they run."""
    with opened(path.name, jupyter, chromium) as page:
        check_as_committed(page, path)


def test_a_key_moves_the_picture_of_every_panel(lesson):
    page, expected = lesson
    panels = page.locator(".edukit-panel")
    assert panels.count() == expected > 0
    for panel in panels.all():
        picture, sliders = panel.locator("img"), panel.get_by_role("slider")
        before = picture.get_attribute("src")
        if sliders.count():
            start, direction = step(sliders.first)
        else:
            panel.locator("button:not(.mod-active)").first.press("Space")
        playwright.expect(picture).not_to_have_attribute("src", before, timeout=15_000)
        assert picture.get_attribute("alt")
        if sliders.count():
            assert direction * (float(sliders.first.input_value()) - start) > 0
            check_slider(panel, sliders.first)
    assert not page.errors


def test_nothing_that_a_lesson_shows_is_cut_on_a_small_screen(lesson):
    page, _ = lesson
    check_nothing_is_cut(page)
    wide = "output => { output.append(new Image(2000, 9)); output.lastElementChild.style.maxWidth = 'none'; }"
    page.locator(".jp-OutputArea-output").last.evaluate(wide)
    assert page.evaluate(CUT)[0].split(" px: ")[1].startswith('<img width="2000"')  # it does look there
    page.locator(".jp-OutputArea-output").last.evaluate("output => output.lastElementChild.remove()")


def test_axe_finds_no_serious_fault_in_what_the_lesson_shows(lesson):
    """Only in the outputs: the rest of the page is JupyterLab's own."""
    page, _ = lesson
    page.evaluate(axe.AXE_SCRIPT)
    assert page.evaluate(AXE) == []
    page.locator(".jp-OutputArea-output").last.evaluate("output => output.append(new Image())")
    assert "image-alt" in page.evaluate(AXE)[0]  # it does look there


def check_as_committed(page, path):
    pictures = page.locator(".jp-OutputArea-output img")
    playwright.expect(pictures).to_have_count(count_pictures(path), timeout=15_000)
    decoded = "images => Promise.all(images.map(img => img.decode().then(() => img.naturalWidth)))"
    assert min(pictures.evaluate_all(decoded)) > 100
    check_nothing_is_cut(page)
    assert not page.errors


def check_nothing_is_cut(page):
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("() => new Promise(done => setTimeout(done, 100))")  # Lab follows the window
        assert page.evaluate(CUT) == [], width


def check_slider(panel, slider):
    """It has a name and shows its value, and JupyterLab left the keys alone."""
    assert slider.evaluate("range => range === document.activeElement && range.labels[0].innerText")
    assert float(panel.locator(".edukit-slider span").first.inner_text()) == float(slider.input_value())


def count_panels(path: Path) -> int:
    """Code cells whose last line makes a panel: Panel(…) or a function of edukit.panels."""
    cells = json.loads(path.read_text())["cells"]
    sources = ["".join(cell["source"]).rstrip() for cell in cells if cell["cell_type"] == "code"]
    return sum(bool(re.match(r"(panels\.\w+|Panel)\(", source.splitlines()[-1])) for source in sources if source)


def count_pictures(path: Path) -> int:
    """The pictures that a notebook was committed with, those that lie folded behind a prediction included."""
    outputs = [output for cell in json.loads(path.read_text())["cells"] for output in cell.get("outputs", [])]
    found = [output.get("data", {}) for output in outputs]
    return sum(("image/png" in data) + "".join(data.get("text/html", "")).count("<img ") for data in found)
