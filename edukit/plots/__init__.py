"""Pictures: classes that know matplotlib and no widget. Folders are named after the rooms that they show; drawings/
holds schematics of all rooms.

style.py        one look and fixed colours for every picture
picture.py      a plot drawn once, and the sentence that says what it shows
layers.py       what stands still is drawn once, what moves for each picture
point_names.py  names for points that lie close together
tour.py         filters, digits and bytes of a network that shrinks: lesson 00
ways.py         files beside what an article promises: lesson 00
benchmark.py    size, latency, calls, choice: lesson 15
gallery.py      the README's picture of the bench
"""

from edukit.plots.picture import Picture
from edukit.plots.style import house

__all__ = ["Picture", "house"]
