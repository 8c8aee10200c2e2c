"""How many times faster INT8 is, network by network, in four runtimes; and one plot for several files.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from edukit.plots.style import BLUE, GREEN, INK, LIMIT, MUTED, ORANGE, dark, house

LOOKS = {  # runtime: its name, colour and mark
    "onnxruntime": ("ONNX Runtime", BLUE, "o"),
    "executorch": ("ExecuTorch", GREEN, "s"),
    "litert": ("LiteRT", ORANGE, "^"),
    "torch": ("torch", MUTED, "D"),
}
TICKS = (0.01, 0.1, 0.25, 0.5, 1, 2, 4)


class RuntimesPlot:
    """A row for each network, a mark for each runtime; the orange dashed line is what an article promises."""

    def __init__(self, fig, rows, promised: float = 4.0):
        """rows: network, runtime, speedup, low and high, as `experiments.deployment.runtimes_table` has them."""
        self.rows = rows
        self.names = list(dict.fromkeys(row.network for row in rows))
        low = min(row.low for row in rows)
        high = max(promised, *(row.high for row in rows))
        with house():
            axes = fig.subplots()
            axes.axvline(1, color=INK, linewidth=1)
            axes.axvline(promised, color=LIMIT, linewidth=1.5, linestyle="--")
            axes.text(promised, -0.62, f"promised: {promised:g} ", color=dark(LIMIT), ha="right")
            axes.text(1, -0.62, "as fast as FP32 ", color=INK, ha="right")
            for i, row in enumerate(rows):
                name, color, mark = LOOKS[row.runtime]
                y = self.names.index(row.network) + 0.13 * (list(LOOKS).index(row.runtime) - 1.5)
                axes.hlines(y, row.low, row.high, color, linewidth=3, alpha=0.5)
                axes.plot([row.speedup], [y], mark, color=color, markersize=7, label=name if i < len(LOOKS) else None)
            axes.set(xscale="log", xlim=(0.8 * low, 1.25 * high), ylim=(len(self.names) - 0.4, -0.9))
            axes.set_yticks(range(len(self.names)), self.names)
            axes.set_xticks([tick for tick in TICKS if tick > low], [f"{tick:g}" for tick in TICKS if tick > low])
            axes.minorticks_off()
            axes.set_xlabel("INT8 is so many times as fast as FP32 (logarithmic)")
            axes.grid(False, axis="y")
            fig.legend(loc="outside upper left", ncols=len(LOOKS), frameon=False, handletextpad=0.2)

    def update(self):
        """Nothing moves."""
        parts = [f"{name} {_range([r.speedup for r in self.rows if r.network == name])}" for name in self.names]
        return f"INT8 is so many times as fast as FP32 in {_listed(self.rows)}: {', '.join(parts)}."


class FilesPlot:
    """A plot of one file, for several: a control chooses which."""

    def __init__(self, fig, plot, values: dict[str, dict]):
        """plot: called with the figure; values: {file: what its update takes}."""
        self.values = values
        self._plot = plot(fig)

    def update(self, file):
        """file: one of the values."""
        if file not in self.values:
            raise ValueError(f"file must be one of {', '.join(self.values)}, got {file!r}")
        return f"{file}: {self._plot.update(**self.values[file])}"


def _range(values) -> str:
    low, high = (f"{value:.2g}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _listed(rows) -> str:
    names = [LOOKS[runtime][0] for runtime in dict.fromkeys(row.runtime for row in rows)]
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]
