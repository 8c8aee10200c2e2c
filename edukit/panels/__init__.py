"""Panels: a plot, the controls that move it, and a guess to commit to before the answer is measured."""

from edukit.panels.panel import Panel
from edukit.panels.predict import Prediction

__all__ = ["Panel", "Prediction"]
