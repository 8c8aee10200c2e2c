"""How many times smaller and faster each file is, beside what an article promises: the files of the tour.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from typing import NamedTuple

from edukit.plots.style import CUT, INK, KEPT, MUTED, house


class Way(NamedTuple):
    """A file, measured: accuracy is a share. `smaller`, `faster`: (from, to) times, as an article promises, or None."""

    name: str
    size_bytes: int
    accuracy: float
    latency_s: float
    smaller: tuple[float, float] | None = None
    faster: tuple[float, float] | None = None


class WaysPlot:
    """How many times smaller and faster each file is, beside what an article promises."""

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
        sizes = [f"{way.size_bytes / 1e3:,.0f} kB" for way in ways]
        seconds = [f"{1e6 * way.latency_s:,.0f} µs" for way in ways]
        with house():
            _draw_times(self.size, smaller, sizes, [way.smaller for way in ways])
            promised = _draw_times(self.speed, faster, seconds, [way.faster for way in ways])
            self.speed.legend(
                handles=[promised], loc="upper right", bbox_to_anchor=(1.02, 1.02), frameon=False, labelcolor=INK
            )
            self.size.set_yticks(range(len(ways)), [f"{way.name}\nreads {way.accuracy:.1%}" for way in ways])
            self.size.set_ylim(len(ways) - 0.5, -0.8)  # room for the legend
        facts = [
            f"{way.name} {small:.1f} times smaller, {fast:.1f} times faster, reads {way.accuracy:.1%}"
            for way, small, fast in zip(ways[1:], smaller[1:], faster[1:], strict=True)
        ]
        return f"Against the network as trained: {'; '.join(facts)}."


def _draw_times(axes, times, absolute, promises):
    """A line from 1 to each number of times, its absolute figure in words, and a band for what was promised.

    Returns what stands for the bands in a legend.
    """
    look = {"color": CUT, "alpha": 0.3, "linewidth": 0}
    for place, (value, words, promise) in enumerate(zip(times, absolute, promises, strict=True)):
        axes.plot([1, value], [place, place], "-o", color=KEPT, linewidth=3, markersize=9, markevery=[1])
        axes.text(max(value, 1, *(promise or ())), place, f"   {value:.1f}×, {words}", va="center", color=INK)
        if promise:
            axes.fill_betweenx([place - 0.33, place + 0.33], *promise, **look)
    axes.axvline(1, color=MUTED, linewidth=1)
    axes.set_xscale("log")
    axes.set_xticks([1, 2, 5, 10, 20, 50], ["1", "2", "5", "10", "20", "50"])
    axes.set_xlim(0.8 * min(times), 3 * max(*times, 4))
    axes.minorticks_off()
    axes.grid(False, axis="y")
    return axes.fill_betweenx([], [], **look, label="what the article promises")
