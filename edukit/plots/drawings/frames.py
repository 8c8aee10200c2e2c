"""Boxes of a detector on a drawing: an area that stands for an image, and outlines that move on it.

    Area: pixels of the image ─ scale ─> pixels of the sheet

Assumes   axes from `sheet`
"""

from matplotlib.patches import Rectangle

from edukit.plots.drawings.sheet import QUIET, tints, write
from edukit.plots.style import MUTED


class Area:
    """A white area of the sheet that stands for an image; (x, y) is its top left corner.

    width, height   of the image, in its own pixels
    scale           pixels of the sheet for one of the image

    >>> from matplotlib.figure import Figure
    >>> from edukit.plots.drawings.sheet import sheet
    >>> Area(sheet(Figure()), 10, 20, 96, 96, scale=2).place((1, 2, 3, 5))
    (12, 24, 4, 6)
    """

    def __init__(self, axes, x, y, width, height, *, scale):
        self.axes = axes
        self.x = x
        self.y = y
        self.scale = scale
        look = {"facecolor": "white", "edgecolor": MUTED, "linewidth": 0.9, "zorder": 0.6}
        axes.add_patch(Rectangle((x, y), scale * width, scale * height, **look))

    def place(self, box) -> tuple:
        """x, y, width and height on the sheet of a box x1, y1, x2, y2 of the image."""
        x1, y1, x2, y2 = box
        return self.x + self.scale * x1, self.y + self.scale * y1, self.scale * (x2 - x1), self.scale * (y2 - y1)


class Outline:
    """The outline of a box on an area, with a name at its upper left corner.

    >>> from matplotlib.figure import Figure
    >>> from edukit.plots.drawings.sheet import sheet
    >>> outline = Outline(Area(sheet(Figure()), 0, 0, 96, 96, scale=2))
    >>> outline.show((0, 0, 8, 4), color="black")
    >>> outline.patch.get_width()
    16
    """

    def __init__(self, area, *, zorder=2.0):
        self.area = area
        self.patch = area.axes.add_patch(Rectangle((0, 0), 1, 1, visible=False, zorder=zorder))
        self.name = write(area.axes, 0, 0, visible=False, ha="left", va="top", weight="bold", zorder=zorder + 0.1)

    def show(self, box, *, color=QUIET, name="", width=1.6, dashed=False, filled=False) -> None:
        """Another place and another look."""
        x, y, box_width, height = self.area.place(box)
        face = (*tints(0.25, color), 0.6) if filled else "none"
        self.patch.set(x=x, y=y, width=box_width, height=height, visible=True)
        self.patch.set(edgecolor=color, facecolor=face, linewidth=width, linestyle="--" if dashed else "-")
        self.name.set(text=name, position=(x + 4, y + 3), color=color, visible=bool(name))

    def hide(self) -> None:
        """Nothing of it is drawn."""
        self.patch.set_visible(False)
        self.name.set_visible(False)
