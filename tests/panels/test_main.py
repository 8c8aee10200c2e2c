"""The panels of a lesson are found and timed."""

import json
import re
import sys
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from edukit.panels import browser
from edukit.panels.__main__ import delays_ms, main, panels_of


@pytest.fixture
def lesson(tmp_path):
    sources = ["from edukit.panels.quantization import staircase", "staircase()", "1 + 1"]
    cells = [{"cell_type": "markdown", "source": ["# Title"]}]
    cells += [{"cell_type": "code", "source": [source]} for source in sources]
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    return path


def test_a_slider_goes_from_end_to_end_and_back(lesson):
    (panel,) = panels_of(lesson)
    slider = panel.controls["bits"]
    start = slider.value
    seen = []
    slider.observe(lambda change: seen.append(change["new"]), "value")
    times = delays_ms(slider, stops=3, repeats=1)
    assert len(times) == len(seen) and (times > 0).all()
    assert {slider.min, slider.max} <= {start, *seen}
    assert slider.min < seen[-1] < slider.max  # on its way back


def test_each_slider_has_a_line(lesson, capsys):
    main([lesson])
    assert "lesson, panel 1, bits" in capsys.readouterr().out


def test_a_panel_that_is_drawn_once_has_a_line(lesson, capsys):
    cell = "from edukit.panels.networks import reached\nreached()"
    lesson.write_text(json.dumps({"cells": [{"cell_type": "code", "source": [cell]}]}))
    main([lesson])
    assert re.fullmatch(r"lesson, panel 1, drawn once: \d+ states in .* MB in a page\n", capsys.readouterr().out)


def test_a_cell_that_fails_is_an_error(lesson):
    lesson.write_text(json.dumps({"cells": [{"cell_type": "code", "source": ["1 / 0"]}]}))
    with pytest.raises(ZeroDivisionError):
        panels_of(lesson)


def test_in_the_browser_each_slider_has_a_line_and_each_lesson_a_median(monkeypatch, capsys):
    """What a real browser measures is a question for tests/browser."""
    for name in ("chromium", "server", "opened"):
        monkeypatch.setattr(browser, name, lambda *args: nullcontext())
    monkeypatch.setattr(browser, "run_all", lambda page: None)
    found = [
        ("panel 1, bits", np.array([10.0, 20.0, 30.0])),
        ("panel 2, high", np.array([70.0])),
        ("panel 3, x", np.array([])),
    ]
    monkeypatch.setattr(browser, "delays_of", lambda page: found)
    main([Path("lesson.ipynb")], in_browser=True)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0].startswith("lesson, panel 1, bits median 20.0 ms")
    assert lines[2:] == ["lesson, panel 3, x no change", "lesson, all median 25.0 ms p95 64.0 ms"]


def test_what_a_browser_needs_is_named(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(RuntimeError, match="needs one of these programs, and none is installed: chromium"):
        browser.chromium_path()
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(RuntimeError, match="pip install playwright"), browser.chromium():
        pass
