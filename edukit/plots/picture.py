"""A picture: a plot drawn once, and the sentence that says what it shows.

    picture = Picture(plot, **values)      plot(figure) makes the artists
    picture.move(**values)                 plot.update(**values) moves them and returns the sentence

Moving artists takes half the time of making them again; the layout is computed once, for the first picture. `Layers`
draws the labels of ticks again only where they change. The sentence is the picture's alt text; JupyterLab shows a bare
image/png without one, so the picture comes as HTML.

In production  matplotlib.animation moves artists in the same way
"""

from base64 import b64encode
from html import escape
from io import BytesIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from edukit.plots.layers import Layers
from edukit.plots.style import house


class Picture(Figure):
    """A matplotlib figure that shows itself in a notebook, with its description as the text.

    plot      called with the figure; returns an object whose update(**values) returns one sentence
    figsize   inches, at 100 pixels an inch
    values    what the plot's update takes

    >>> from edukit.plots.quantization.affine import StaircasePlot
    >>> Picture(StaircasePlot, bits=2, symmetric=True, high=1.0).description
    '2 bits: 3 codes from -1.00 to 1.00, step 1.000. The error stays within 0.500 there and grows outside.'
    """

    def __init__(self, plot, *, figsize=(7.0, 2.8), **values):
        super().__init__(figsize=figsize, dpi=100, layout="constrained")
        FigureCanvasAgg(self)
        self._plot = plot(self)
        self.move(**values)
        self.draw_without_rendering()
        self.set_layout_engine("none")  # the layout is the slowest part of drawing, and must not jump
        self._layers = Layers(self)

    def move(self, **values) -> str:
        """Show other values; returns the new description."""
        with house():
            self.description = self._plot.update(**values)
        return self.description

    def png(self) -> bytes:
        """The picture as a PNG file of at most 256 colours: a third of the bytes, in half the time."""
        self._layers.draw()
        image = Image.fromarray(np.asarray(self.canvas.buffer_rgba())).convert("RGB")
        buffer = BytesIO()
        image.quantize(256, Image.Quantize.FASTOCTREE).save(buffer, "png")
        return buffer.getvalue()

    def _repr_mimebundle_(self, **kwargs):
        png = self.png()
        return {"text/html": img(png, self.description), "image/png": png, "text/plain": self.description}


def img(png: bytes, alt: str) -> str:
    """The picture as HTML that carries its bytes and says what it shows.

    >>> img(b"png", "3 < 4")
    '<img alt="3 &lt; 4" src="data:image/png;base64,cG5n">'
    """
    return f'<img alt="{escape(alt)}" src="data:image/png;base64,{b64encode(png).decode()}">'
