"""The tour in pictures: digits to read, a network that shrinks until it forgets them, and what each way gains.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from typing import NamedTuple

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from edukit.plots.layers import STILL
from edukit.plots.style import BLUE, CUT, FAINT, INK, KEPT, LIMIT, MUTED, ORANGE, dark, house

SIGNS = LinearSegmentedColormap.from_list("signs", [ORANGE, "white", BLUE]).with_extremes(bad=FAINT)  # white is 0
ROWS, SHOWN, GAP, CAPTION = 4, 16, 1, 11  # the filters in a square, and as many digits with a line for their reading
TABLE = np.array(to_rgb(FAINT), np.float32)
ORANGE_PAPER = 0.4 + 0.6 * np.array(to_rgb(ORANGE), np.float32)


class Choice(NamedTuple):
    """One way to store a network: its first layer's filters (C, 1, k, k), its answers (N,), its weights' size."""

    filters: np.ndarray
    answers: np.ndarray
    size_bytes: float


class Way(NamedTuple):
    """A file, measured: accuracy is a share. `smaller`, `faster`: (from, to) times, as articles promise, or None."""

    name: str
    size_bytes: int
    accuracy: float
    latency_s: float
    smaller: tuple[float, float] | None = None
    faster: tuple[float, float] | None = None


class DigitsPlot:
    """Images side by side in two rows."""

    def __init__(self, fig):
        self.axes = fig.subplots()
        self.axes.axis("off")

    def update(self, images, labels):
        """images (N, H, W) in [0, 1], an even number of them; labels (N,)."""
        self.axes.imshow(mosaic(1 - images, rows=2, empty=TABLE[0]), cmap="gray", vmin=0, vmax=1)
        return f"{len(images)} handwritten digits: {', '.join(str(label) for label in labels)}."


class ForgettingPlot:
    """What the first layer looks for, what the network reads, and how much it knows against what it weighs."""

    def __init__(self, fig, landscape, trained, split):
        """landscape: {(channels_percent, zeros_percent, bits): Choice}; trained: the Choice before; split: digits."""
        self.landscape = landscape
        self.full = scaled(trained.filters)
        self.labels = split.y
        self.ink = np.pad(1 - split.x[:SHOWN, 0], ((0, 0), (0, CAPTION), (0, 0)), constant_values=1)[..., None]
        self.known = {key: 100 * float(np.mean(c.answers == split.y)) for key, c in landscape.items()}
        with house():
            seen, read, axes = fig.subplots(1, 3, width_ratios=[3, 2.35, 4.2])
            self.filters = seen.imshow(mosaic(self.full), cmap=SIGNS, vmin=-1, vmax=1)
            self.digits = read.imshow(self._digits(self.labels))
            self.readings = [read.text(x, y, "", ha="center", va="center") for x, y in self._captions()]
            for image, title, words in (
                (seen, "What it looks for", "blue: ink · orange: paper · white: 0"),
                (read, "What it reads", "orange: ✗ misread"),
            ):
                image.set_anchor("N")
                image.axis("off")
                image.set_title(title, gid=STILL)
                image.text(0, -0.02, words, color=INK, transform=image.transAxes, va="top", size=9, gid=STILL)
            self._draw_landscape(axes, trained)

    def _draw_landscape(self, axes, trained):
        for zeros, color, name, y in ((False, KEPT, "no zeros", 0.3), (True, CUT, "with zeros", 0.22)):
            keys = [key for key in self.landscape if (key[1] > 0) == zeros]
            sizes = [self.landscape[key].size_bytes / 1000 for key in keys]
            axes.plot(sizes, [self.known[key] for key in keys], "o", color=color, markersize=4, alpha=0.55)
            axes.text(0.99, y, f"● {name}", color=dark(color), transform=axes.transAxes, ha="right")
        self.before = trained.size_bytes / 1000
        known = 100 * np.mean(trained.answers == self.labels)
        self.path = axes.plot([], [], color=LIMIT, linewidth=1)[0]
        self.ring = axes.plot([], [], "o", markersize=13, fillstyle="none", color=LIMIT, markeredgewidth=2.2)[0]
        axes.axhline(95, color=MUTED, linewidth=1, linestyle=":")
        axes.plot(self.before, known, "s", color=MUTED, markersize=7)
        axes.text(self.before, known - 4, "as\ntrained", color=INK, ha="center", va="top")
        self.facts = axes.text(0.99, 0.55, "", color=INK, transform=axes.transAxes, ha="right", va="center")
        smallest = min(choice.size_bytes for choice in self.landscape.values()) / 1000
        axes.set_title("What it weighs, and what it knows", gid=STILL)
        axes.set(xscale="log", ylim=(0, 106))
        axes.set(xlabel="weights, kB (logarithmic)", ylabel="digits read, %", xlim=(smallest / 1.3, 3 * self.before))
        axes.set_xticks([1, 10, 100], ["1", "10", "100"])
        axes.minorticks_off()

    def update(self, bits, zeros_percent, channels_percent):
        """The choice to show, one that the landscape holds."""
        choice = self.landscape[channels_percent, zeros_percent, bits]
        size = choice.size_bytes / 1000
        known = self.known[channels_percent, zeros_percent, bits]
        self.filters.set_data(mosaic(in_place(scaled(choice.filters), self.full)))
        self.digits.set_data(self._digits(choice.answers))
        for text, answer, label in zip(self.readings, choice.answers, self.labels, strict=False):
            right = answer == label
            text.set(text=f"{answer}" if right else f"✗ {answer}", color=dark(BLUE) if right else INK)
        family = [key for key in self.landscape if key[:2] == (channels_percent, zeros_percent)]
        self.path.set_data(
            [self.landscape[key].size_bytes / 1000 for key in family], [self.known[key] for key in family]
        )
        self.ring.set_data([size], [known])
        self.facts.set_text(f"{self.before / size:.0f} times\nsmaller,\nreads {known:.0f} %")
        return (
            f"{bits} bits, {zeros_percent} % zeros, {channels_percent} % of the channels: the weights take "
            f"{size:.1f} kB instead of {self.before:.1f}, and the network reads {known:.1f} % of the digits."
        )

    def _digits(self, answers):
        """White paper where the answer is right, orange where it is wrong."""
        right = (answers == self.labels)[:SHOWN, None, None, None]
        return mosaic(self.ink * np.where(right, np.float32(1), ORANGE_PAPER), empty=TABLE)

    def _captions(self):
        """Below each digit, the middle of the line for its reading."""
        height, width = (side + 2 * GAP for side in self.ink.shape[1:3])
        return [(width * (i % ROWS + 0.5), height * (i // ROWS + 1) - CAPTION / 2 - GAP) for i in range(SHOWN)]


class WaysPlot:
    """How many times smaller and faster each file is, beside what articles promise."""

    def __init__(self, fig):
        with house():
            self.size, self.speed = fig.subplots(1, 2, sharey=True, width_ratios=[5, 4])
            self.size.set_title("Times smaller: the file on disk")
            self.speed.set_title("Times faster: one image, one thread")

    def update(self, ways):
        """ways: a list of Way, the network as it was trained first."""
        first = ways[0]
        smaller = [first.size_bytes / way.size_bytes for way in ways]
        faster = [first.latency_s / way.latency_s for way in ways]
        with house():
            _draw_times(self.size, smaller, [f"{way.size_bytes / 1e3:,.0f} kB" for way in ways])
            _draw_times(self.speed, faster, [f"{1e6 * way.latency_s:,.0f} µs" for way in ways])
            _draw_promises(self.size, [way.smaller for way in ways])
            promised = _draw_promises(self.speed, [way.faster for way in ways])
            self.speed.legend(handles=[promised], loc=(0.42, 0.91), frameon=False, labelcolor=INK)
            self.size.set_yticks(range(len(ways)), [f"{way.name}\nreads {way.accuracy:.1%}" for way in ways])
            self.size.set_ylim(len(ways) - 0.5, -0.5)
        facts = [
            f"{way.name} {small:.1f} times smaller, {fast:.1f} times faster, reads {way.accuracy:.1%}"
            for way, small, fast in zip(ways[1:], smaller[1:], faster[1:], strict=True)
        ]
        return f"Against the network as trained: {'; '.join(facts)}."


def _draw_times(axes, times, absolute):
    """A line from 1 to each number of times, and its absolute figure in words."""
    for place, (value, words) in enumerate(zip(times, absolute, strict=True)):
        axes.plot([1, value], [place, place], "-o", color=KEPT, linewidth=3, markersize=9, markevery=[1])
        axes.text(max(value, 1), place, f"   {value:.1f}×, {words}", va="center", color=INK)
    axes.axvline(1, color=MUTED, linewidth=1)
    axes.set_xscale("log")
    axes.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    axes.set_xlim(0.8 * min(times), 3 * max(*times, 4))
    axes.minorticks_off()
    axes.grid(False, axis="y")


def _draw_promises(axes, promises):
    """A band for each (from, to) times, none for None; returns what stands for them in a legend."""
    look = {"color": CUT, "alpha": 0.3, "linewidth": 0}
    for place, promise in enumerate(promises):
        if promise:
            axes.fill_betweenx([place - 0.33, place + 0.33], *promise, **look)
    return axes.fill_betweenx([], [], **look, label="what articles promise")


def mosaic(images, rows=ROWS, empty=np.nan):
    """Images (N, H, W) or (N, H, W, 3) as one image, with a gap around each.

    >>> mosaic(np.ones((4, 3, 3)), rows=2).shape
    (10, 10)
    """
    N, H, W, *colours = images.shape
    framed = np.empty((N, H + 2 * GAP, W + 2 * GAP, *colours), images.dtype)
    framed[:] = empty
    framed[:, GAP:-GAP, GAP:-GAP] = images
    grid = framed.reshape(rows, N // rows, *framed.shape[1:]).swapaxes(1, 2)
    return grid.reshape(rows * framed.shape[1], -1, *colours)


def scaled(filters):
    """Each filter (C, 1, k, k) as an image (k, k) whose largest size is 1; a filter of zeros stays.

    >>> scaled(np.float32([[[[-0.5, 0.25]]]]))[0].tolist()
    [[-1.0, 0.5]]
    """
    filters = np.asarray(filters, np.float32)[:, 0]
    size = np.abs(filters).max((1, 2), keepdims=True)
    return filters / np.where(size > 0, size, 1)


def in_place(filters, full):
    """The filters (c, k, k) that are left, each at the place of the one of full (C, k, k) it is most like; NaN beside.

    >>> full = np.float32([[[1, 0]], [[0, 1]], [[1, -1]]])
    >>> in_place(full[1:2], full)[:, 0, 0].tolist()
    [nan, 0.0, nan]
    """
    if len(filters) == len(full):
        return filters
    likeness = np.einsum("chw,Chw->cC", filters, full / np.linalg.norm(full, axis=(1, 2), keepdims=True))
    placed = np.full_like(full, np.nan)
    for _ in filters:  # the surest first, so that no two claim one place
        one, place = np.unravel_index(np.argmax(likeness), likeness.shape)
        placed[place] = filters[one]
        likeness[one], likeness[:, place] = -np.inf, -np.inf
    return placed
