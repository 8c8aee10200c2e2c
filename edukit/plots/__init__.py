"""Pictures: classes that know matplotlib and no widget.

style     one look and fixed colours · picture  a plot drawn once, with the sentence that describes it
"""

from edukit.plots.picture import Picture
from edukit.plots.style import house

__all__ = ["Picture", "house"]
