"""Two layers of a picture: what stands still is drawn once, what may move is drawn for each picture.

    still    paper, axes' background, ticks and their labels       kept as pixels until a limit, tick or label changes
             and texts and images that a plot has marked with gid=STILL
    moving   the grid and all that is drawn above it               drawn over the kept pixels, in matplotlib's own order

Most of the time of drawing goes into texts. The grid moves, for a shaded span may lie under it.

Assumes   axes that do not cover each other's labels, and no labels of ticks inside of axes; what is marked stays in its
          place, nothing but transparent pixels is drawn under it, and an image keeps its pixels
In production  matplotlib.animation with blit=True: the plot itself has to name the artists that move
"""

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.text import Text

STILL = "still"


class Layers:
    """Draws a figure on its Agg canvas with the same pixels as `canvas.draw()`, most of them from the last time.

    figure    a figure whose layout no longer changes

    >>> from matplotlib.backends.backend_agg import FigureCanvasAgg
    >>> from matplotlib.figure import Figure
    >>> figure = Figure(figsize=(3, 2))
    >>> canvas = FigureCanvasAgg(figure)
    >>> line = figure.subplots().plot([0, 1], [0, 1])[0]
    >>> layers = Layers(figure)
    >>> layers.draw()
    >>> line.set_ydata([1, 0])
    >>> layers.draw()
    """

    def __init__(self, figure):
        self.figure = figure
        self._look = None
        self._kept = None
        self._grids = {}

    def draw(self) -> None:
        """Draw the figure as it is now."""
        canvas = self.figure.canvas
        look = _look(self.figure)
        if look != self._look:
            canvas.get_renderer().clear()
            self._grids = _draw_still(self.figure, canvas.get_renderer())
            self._kept = canvas.copy_from_bbox(self.figure.bbox)
            self._look = _look(self.figure)
        canvas.restore_region(self._kept)
        self._draw_moving(self.figure, canvas.get_renderer())

    def _draw_moving(self, parent, renderer):
        for artist in _in_order(parent):
            if isinstance(artist, Axes) and artist in self.figure.axes:
                self._draw_moving(artist, renderer)
            elif artist.get_gid() == STILL:
                continue
            elif isinstance(artist, Axis):
                for line in self._grids.get(artist, []):
                    line.draw(renderer)
            else:
                artist.draw(renderer)


def _in_order(parent) -> list:
    """The visible children of a figure or of axes, in matplotlib's order, without the background."""
    children = [artist for artist in parent.get_children() if artist is not parent.patch]
    if isinstance(parent, Axes) and not (parent.axison and parent.get_frame_on()):
        children = [artist for artist in children if artist not in parent.spines.values()]
    return sorted((artist for artist in children if artist.get_visible()), key=lambda artist: artist.zorder)


def _draw_still(figure, renderer) -> dict:
    """Draw the still layer, and return the grid lines that it leaves out: {axis: lines}."""
    figure.patch.draw(renderer)
    grids = {}
    for axes in figure.axes:
        axes.apply_aspect()
        if axes.get_visible() and axes.axison:
            axes.patch.draw(renderer)
            for axis in (axes.xaxis, axes.yaxis):
                grids[axis] = _grid(axis)
                _draw_without(grids[axis], axis, renderer)
    for artist in _marked(figure):
        artist.draw(renderer)
    return grids


def _marked(figure) -> list:
    """The visible texts and images that a plot has marked, in matplotlib's order."""
    shown = [figure, *(axes for axes in figure.axes if axes.get_visible())]
    return [artist for parent in shown for artist in _in_order(parent) if artist.get_gid() == STILL]


def _grid(axis) -> list:
    axis.get_ticklabels()  # brings the ticks up to date
    low, high = sorted(axis.get_view_interval())
    near = 1e-10 * (high - low)
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    shown = [tick for tick in ticks if low - near <= tick.get_loc() <= high + near]
    return [tick.gridline for tick in shown if tick.gridline.get_visible()]


def _draw_without(lines, axis, renderer):
    for line in lines:
        line.set_visible(False)
    axis.draw(renderer)
    for line in lines:
        line.set_visible(True)


def _look(figure) -> list:
    """All that the still layer shows, as values."""
    words = [(_look_of_text(one), one.get_position()) for one in _marked(figure) if isinstance(one, Text)]
    return [words, *(_look_of_axes(axes) for axes in figure.axes)]


def _look_of_axes(axes):
    axes.apply_aspect()
    place = (*axes.viewLim.bounds, *axes.get_position().bounds)
    shown = (axes.get_visible(), axes.axison, axes.get_frame_on(), axes.get_facecolor())
    return place, shown, [_look_of_axis(axis) for axis in (axes.xaxis, axes.yaxis)]


def _look_of_axis(axis):
    if axis.stale:  # limits or ticks were set, perhaps to what they were
        axis.get_ticklabels()
    ticks = [(tick.get_loc(), tick.tick1line.get_color(), *_look_of_text(tick.label1)) for tick in axis.majorTicks]
    return axis.get_visible(), ticks, _look_of_text(axis.label), _look_of_text(axis.get_offset_text())


def _look_of_text(text):
    return text.get_text(), text.get_visible(), text.get_color(), text.get_fontweight(), text.get_fontsize()
