"""Panels: a plot, the controls that move it, and a guess to commit to before the answer is measured.

panel.py      Panel: controls for a plot
frames.py     what a picture shows in each state of its controls, drawn once where the states are few
frames.js     the browser's half: another frame without the kernel, and the button to play
sender.py     what sends the frames to the browser
page.py       a panel in a page without a kernel
box.py        widgets, and what remains of them without a kernel
slider.py     a slider with a name, for every reader
plain.py      the same out of ipywidgets alone
predict.py    Prediction: a guess, and then the measurement
measured.py   measured: a number with its unit, and the claim that holds everywhere
browser.py    a lesson in a real browser, and the delay from a key to the picture
tour.py       the panel of lesson 00
benchmark.py  the panel and the table of lesson 15
"""

from edukit.panels.measured import measured
from edukit.panels.panel import Panel
from edukit.panels.predict import Prediction

__all__ = ["Panel", "Prediction", "measured"]
