"""Every picture that a test of a panel draws must have the pixels of a full redraw."""

import numpy as np
import pytest

from edukit.plots.layers import Layers


@pytest.fixture(autouse=True)
def same_pixels_as_a_full_redraw(monkeypatch):
    draw = Layers.draw

    def draw_and_compare(layers):
        draw(layers)
        canvas = layers.figure.canvas
        pixels = np.array(canvas.buffer_rgba())
        canvas.draw()
        np.testing.assert_array_equal(pixels, canvas.buffer_rgba())

    monkeypatch.setattr(Layers, "draw", draw_and_compare)
