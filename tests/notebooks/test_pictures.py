"""The picture of README that moves shows every stop of the tour's first panel, and rests on the last."""

import json
import runpy
from pathlib import Path

from PIL import Image

SCRIPT = runpy.run_path(str(Path(__file__).with_name("pictures.py")))  # a script beside this file, not a module


def test_the_picture_has_a_frame_for_each_number_of_bits_and_is_small():
    path = SCRIPT["NOTEBOOKS"] / "pictures" / "forgetting.gif"
    durations = []
    with Image.open(path) as picture:
        for number in range(picture.n_frames):
            picture.seek(number)
            durations.append(picture.info["duration"])
    assert durations == [SCRIPT["SHOWN_MS"]] * 7 + [SCRIPT["LAST_MS"]]  # 32, then 8 to 2 bits
    assert path.stat().st_size < 400_000


def test_the_panel_is_that_of_the_first_cell_that_shows_it(tmp_path):
    cells = [{"cell_type": "markdown", "source": ["panels.fewer_bits("]}]
    cells += [{"cell_type": "code", "source": [code]} for code in ("a = 2", PANEL, "panels.fewer_bits(0)")]
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert SCRIPT["played"](path) == 6


PANEL = """
class panels:
    fewer_bits = staticmethod(lambda bits: 3 * bits)
panels.fewer_bits(a)"""
