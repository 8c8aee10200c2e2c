"""A picture shows itself, keeps its layout, and leaves the reader's own settings alone."""

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import matplotlib
import numpy as np
from PIL import Image

from edukit.plots import Picture


class Line:
    def __init__(self, fig):
        self.line = fig.subplots().plot([0, 1], [0, 1])[0]

    def update(self, slope):
        self.line.set_ydata([0, slope if slope in (0, 1) else 1])
        return f"slope {slope}"


def test_a_picture_moves_and_describes_itself():
    picture = Picture(Line, figsize=(4, 3), slope=1)
    before = picture.png()
    assert picture.description == "slope 1"
    assert picture.move(slope=0) == picture.description == "slope 0"
    assert picture.png() != before


def test_it_shows_itself_as_png_as_text_and_as_an_image_with_alt_text_and_caption():
    bundle, metadata = Picture(Line, figsize=(4, 3), slope='"1" & <2>')._repr_mimebundle_()
    said = "slope &quot;1&quot; &amp; &lt;2&gt;"
    assert bundle["text/plain"] == 'slope "1" & <2>'
    assert metadata == {"image/png": {"alt": 'slope "1" & <2>', "width": 400}}
    assert Image.open(BytesIO(b64decode(bundle["image/png"]))).size == (800, 600)  # sharp on a 2x screen
    assert f'<img alt="{said}" width="400" style="max-width: 100%; height: auto" src=' in bundle["text/html"]
    assert bundle["image/png"] in bundle["text/html"]
    assert bundle["text/html"].endswith(f">{said}</figcaption></figure>")


def test_few_colours_are_enough():
    """The palette's cells are 16 levels wide, so no channel of any pixel moves further; flat colours hardly move."""
    picture = Picture(Line, slope=1)
    small = np.asarray(Image.open(BytesIO(picture.png())).convert("RGB")).astype(int)
    full = np.asarray(picture.canvas.buffer_rgba())[..., :3].astype(int)
    error = np.abs(small - full).max(-1)
    assert error.max() <= 16
    assert np.mean(error > 1) < 0.05  # only the soft edges of lines and letters


def test_the_readers_settings_stay():
    before = dict(matplotlib.rcParams)
    Picture(Line, slope=1).png()
    assert dict(matplotlib.rcParams) == before


def test_pictures_drawn_in_two_threads_are_those_drawn_one_after_the_other():
    """JupyterLab runs what a control starts in a thread of its own, while cells run; settings are shared."""
    slopes = [0, 1] * 10

    def drawn():
        picture = Picture(Line, slope=1)
        return [(picture.move(slope=slope), picture.png()) for slope in slopes]

    before = dict(matplotlib.rcParams)
    alone = drawn()
    with ThreadPoolExecutor(4) as pool:
        together = [future.result() for future in [pool.submit(drawn) for _ in range(4)]]
    assert together == [alone] * 4
    assert dict(matplotlib.rcParams) == before
