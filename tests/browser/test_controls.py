"""Sliders and predictions in a real JupyterLab and Notebook 7: keys move what they should, and nothing else."""

import re
from importlib.util import find_spec

import pytest

from edukit.panels.browser import delays_ms, opened, run_all

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
KEYS = {"ArrowRight": 4, "ArrowUp": 5, "ArrowLeft": 4, "ArrowDown": 3, "End": 8, "Home": 2, "PageUp": 3, "PageDown": 2}
NOTEBOOK_7 = pytest.mark.skipif(find_spec("notebook") is None, reason="Notebook 7 is not installed")
ACTIVE = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex"


@pytest.fixture(scope="module", params=["lab", pytest.param("notebook", marks=NOTEBOOK_7)])
def page(request, jupyter, chromium):
    """The small notebook of conftest.py, all of its cells run."""
    with opened("small.ipynb", jupyter, chromium, request.param) as page:
        run_all(page)
        yield page


def test_a_key_on_a_slider_moves_the_picture_and_no_cell(page):
    panel = page.locator(".edukit-panel").first
    slider = panel.get_by_label("bits")
    slider.focus()
    page.evaluate(f"() => {{ {ACTIVE[6:]} = 1 }}")
    for key, value in KEYS.items():
        slider.press(key)
        expect_bits(panel, value)
        assert slider.input_value() == str(value) and page.evaluate(ACTIVE) == 1, key
    times = delays_ms(panel, slider, steps=2)
    assert len(times) == 2 and (times > 0).all()


def test_a_plain_slider_has_a_name_and_moves_the_picture(page):
    panel = page.locator(".edukit-panel").nth(1)
    expect_bits(panel, 3)
    panel.get_by_label("bits").press("ArrowUp")
    expect_bits(panel, 4)
    panel.get_by_role("slider").first.press("End")  # Notebook 7 takes the arrow keys of ipywidgets' slider
    expect_bits(panel, 8)
    assert panel.get_by_label("bits").input_value() == "8"


def test_what_was_measured_appears_after_a_guess_or_a_skip(page):
    outputs = page.locator(".jp-Cell .jp-OutputArea.jp-Cell-outputArea")
    choice, number, skipped, of_choice, of_number, of_skipped = (outputs.nth(i) for i in range(3, 9))
    pictures, give = page.locator("figure:not(.edukit-panel figure) img"), "this is my guess"
    playwright.expect(page.get_by_text("hidden until you answer above")).to_have_count(3)
    choice.get_by_role("radio", name="four").check()
    playwright.expect(pictures).to_have_count(0)  # chosen, and not given yet
    choice.get_by_role("button", name=give).click()
    playwright.expect(of_choice).to_contain_text("0 is one of them. You guessed: four. one too many")
    number.get_by_label("your guess").press("End")
    number.get_by_role("button", name=give).click()
    playwright.expect(of_number).to_contain_text("You guessed: 100 of 100, 22 too high.")
    playwright.expect(of_number.locator("img")).to_have_attribute("alt", re.compile("your guess, 100.$"))
    skipped.get_by_role("button", name="show me without a guess").click()
    playwright.expect(of_skipped).to_contain_text("Measured: 22 of 100.")
    playwright.expect(pictures).to_have_count(3)


def expect_bits(panel, bits):
    """The picture of so many bits comes, within 15 seconds."""
    playwright.expect(panel.locator("img")).to_have_attribute("alt", re.compile(f"^{bits} bits: "), timeout=15_000)
