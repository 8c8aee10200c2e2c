"""Panels: a plot, the controls that move it, and a guess to commit to before the answer is measured.

panel.py      Panel: controls for a plot
slider.py     a slider with a name, for every reader
predict.py    Prediction: a guess, and then the measurement
tour.py       the panel of lesson 00
benchmark.py  the panel and the table of lesson 15
"""

from edukit.panels.panel import Panel
from edukit.panels.predict import Prediction

__all__ = ["Panel", "Prediction"]
