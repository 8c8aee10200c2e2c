"""The tour in pictures: digits to read, and a network that shrinks until it forgets them.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from typing import NamedTuple

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from edukit.plots.layers import STILL
from edukit.plots.style import BLUE, FAINT, INK, KEPT, LIMIT, MUTED, ORANGE, dark, guess_line, house

PAPER, STROKE = "#9970ab", "#3a8f5b"  # purple and green: signs of weights, and nothing else in the picture
SIGNS = LinearSegmentedColormap.from_list("signs", [PAPER, "white", STROKE]).with_extremes(bad=FAINT)  # white is 0
ROWS, GAP, CAPTION = 4, 1, 11  # the filters in a square, the digits with a line for their reading
SHOWN, MARGIN, TOP = 12, 9, 3  # digits of the picture, and white beside and above each of them
FLOAT32 = 32  # bits
TABLE = np.array(to_rgb(FAINT), np.float32)
ORANGE_PAPER = 0.4 + 0.6 * np.array(to_rgb(ORANGE), np.float32)


class Choice(NamedTuple):
    """One way to store a network: its first layer's filters (C, 1, k, k), its answers (N,), its weights' size."""

    filters: np.ndarray
    answers: np.ndarray
    size_bytes: float


class DigitsPlot:
    """Images side by side in two rows."""

    def __init__(self, fig):
        self.axes = fig.subplots()
        self.axes.axis("off")

    def update(self, images, labels):
        """images (N, H, W) in [0, 1], an even number of them; labels (N,)."""
        paper = np.pad(1 - images, ((0, 0), (TOP, TOP), (TOP, TOP)), constant_values=1)
        self.axes.imshow(mosaic(paper, rows=2, empty=TABLE[0]), cmap="gray", vmin=0, vmax=1)
        return f"{len(images)} handwritten digits: {', '.join(str(label) for label in labels)}."


class ForgettingPlot:
    """What the first layer looks for, what the network reads, and how much of it is right against the bytes."""

    def __init__(self, fig, landscape, trained, split):
        """landscape: {(channels_percent, zeros_percent, bits): Choice}; trained: the Choice before; split: digits."""
        self.landscape = landscape
        self.full = scaled(trained.filters)
        self.labels = split.y
        self.shown = of_every_label(split.y)
        beside = ((0, 0), (TOP, CAPTION), (MARGIN, MARGIN))
        self.ink = np.pad(1 - split.x[self.shown, 0], beside, constant_values=1)[..., None]
        self.known = {key: 100 * float(np.mean(c.answers == split.y)) for key, c in landscape.items()}
        with house():
            seen, read, self.axes = fig.subplots(1, 3, width_ratios=[3, 2.5, 4.2])
            self.filters = seen.imshow(mosaic(self.full), cmap=SIGNS, vmin=-1, vmax=1)
            self.digits = read.imshow(self._digits(self.labels))
            self.readings = [read.text(x, y, "", ha="center", va="center", size=9) for x, y in self._captions()]
            for image, title, words in (
                (seen, "What it looks for", "green: ink · purple: paper · white: 0"),
                (read, "What it reads", "orange: ✗ misread"),
            ):
                image.set_anchor("N")
                image.axis("off")
                image.set_title(title, gid=STILL)
                image.text(0, -0.02, words, color=INK, transform=image.transAxes, va="top", size=9, gid=STILL)
            self._draw_landscape(trained)

    def _draw_landscape(self, trained):
        axes = self.axes
        self.before = trained.size_bytes / 1000
        self._draw_choices()
        self.path = axes.plot([], [], color=LIMIT, linewidth=1)[0]
        self.ring = axes.plot([], [], "o", markersize=13, fillstyle="none", color=LIMIT, markeredgewidth=2.2)[0]
        axes.axhline(95, color=MUTED, linewidth=1, linestyle="--")
        known = 100 * np.mean(trained.answers == self.labels)
        axes.plot(self.before, known, "s", color=MUTED, markersize=7)
        axes.text(self.before, known - 4, "as\ntrained", color=INK, ha="center", va="top")
        self.facts = axes.text(0.99, 0.55, "", color=INK, transform=axes.transAxes, ha="right", va="center")
        smallest = min(choice.size_bytes for choice in self.landscape.values()) / 1000
        axes.set_title("Bytes, and digits read", gid=STILL)
        axes.set(xscale="log", ylim=(0, 106), xlim=(smallest / 1.3, 3 * self.before))
        axes.set(xlabel="weights, kB (logarithmic)", ylabel="digits read, %")
        ticks = [tick for tick in (1, 3, 10, 30, 100, 300) if tick >= smallest / 1.3]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()

    def _draw_choices(self):
        """A dot for each network, full where no weight was set to 0."""
        for zeros, look, name, y in ((True, "none", "○ with zeros", 0.22), (False, KEPT, "● no zeros", 0.3)):
            x, known = self._places([key for key in self.landscape if (key[1] > 0) == zeros])
            if x:
                self.axes.plot(x, known, "o", color=KEPT, markerfacecolor=look, markersize=4, markeredgewidth=0.7)
                self.axes.text(0.99, y, name, color=dark(KEPT), transform=self.axes.transAxes, ha="right")

    def _places(self, keys):
        """Kilobytes, and percent of the digits read."""
        return [self.landscape[key].size_bytes / 1000 for key in keys], [self.known[key] for key in keys]

    def update(self, bits, zeros_percent, channels_percent):
        """The choice to show, one that the landscape holds."""
        key = channels_percent, zeros_percent, bits
        choice = self.landscape[key]
        (size,), (known,) = self._places([key])
        self.filters.set_data(mosaic(in_place(scaled(choice.filters), self.full)))
        self.digits.set_data(self._digits(choice.answers))
        for text, i in zip(self.readings, self.shown, strict=True):
            answer, label = choice.answers[i], self.labels[i]
            words = f"{answer}" if answer == label else f"✗ {answer}, is {label}"
            text.set(text=words, color=dark(BLUE) if answer == label else INK)
        self.path.set_data(*self._places([other for other in self.landscape if other[:2] == key[:2]]))
        self.ring.set_data([size], [known])
        smaller = f"{self.before / size:.0f} times\nsmaller" if size < self.before else f"{size:.0f} kB"
        self.facts.set_text(f"{smaller},\nreads {known:.3g} %")
        return (
            f"{bits} bits, {zeros_percent} % zeros, {channels_percent} % of the channels: the weights take "
            f"{size:.1f} kB instead of {self.before:.1f}, and the network reads {known:.1f} % of the digits."
        )

    def mark(self, guess):
        """guess: how many of 100 bytes can go."""
        low, _high = self.axes.get_xlim()
        guess_line(self.axes, max(low, self.before * (1 - guess / 100)))

    def _digits(self, answers):
        """White paper where the answer is right, orange where it is wrong."""
        right = (answers == self.labels)[self.shown, None, None, None]
        return mosaic(self.ink * np.where(right, np.float32(1), ORANGE_PAPER), empty=TABLE)

    def _captions(self):
        """Below each digit, the middle of the line for its reading."""
        height, width = (side + 2 * GAP for side in self.ink.shape[1:3])
        columns = SHOWN // ROWS
        places = [divmod(i, columns) for i in range(len(self.shown))]
        return [(width * (column + 0.5), height * (row + 1) - CAPTION / 2 - GAP) for row, column in places]


class FewerBitsPlot(ForgettingPlot):
    """The same for one network whose weights take fewer and fewer bits."""

    def __init__(self, fig, stored, split):
        """stored: {bits: Choice}, 32 bits among them; split: digits."""
        super().__init__(fig, {(100, 0, bits): choice for bits, choice in stored.items()}, stored[FLOAT32], split)

    def _draw_choices(self):
        """A dot with its bits for each network."""
        words = {"color": dark(KEPT), "transform": self.axes.transAxes, "ha": "right"}
        self.axes.text(0.99, 0.3, "● bits of a weight", **words)
        for (_, _, bits), choice in self.landscape.items():
            place = choice.size_bytes / 1000, self.known[100, 0, bits]
            self.axes.plot(*place, "o", color=KEPT, markersize=5)
            if bits < FLOAT32:
                self.axes.annotate(f"{bits}", place, (3, -8), textcoords="offset points", va="top", size=9)

    def update(self, bits):
        """bits: of each weight, one of stored."""
        said = super().update(bits, 0, 100)
        return f"{bits} bits: {said.partition(': ')[2]}"


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


def of_every_label(labels, count=SHOWN):
    """Places of so many images, the first of each label among them, in their order.

    >>> of_every_label(np.array([1, 1, 0, 1, 0]), 3).tolist()
    [0, 1, 2]
    """
    _, first = np.unique(labels, return_index=True)
    others = np.setdiff1d(np.arange(len(labels)), first)
    return np.sort(np.concatenate([first, others])[:count])
