"""Channels that go: which rows and columns go together, what each score keeps, which layers can lose how much.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from edukit.plots.layers import STILL
from edukit.plots.style import BLUE, FAINT, GREEN, INK, LIMIT, MUTED, ORANGE, dark, house

CELL, STRIP, GAP, PER_ROW = 64, 7, 24, 7  # of the picture of groups, in its own small squares
OPAQUE = [f"{color}ff" for color in (FAINT, BLUE, ORANGE, GREEN)]
COLORS = [tuple(bytes.fromhex(color[1:])) for color in ("#ffffff00", *OPAQUE)]
NOTHING, STAYS, MADE, READ, SCALED = range(len(COLORS))


class GroupsPlot:
    """Every convolution and linear layer as a square: filters are rows, inputs columns, the norm stands beside it."""

    def __init__(self, fig, model, groups):
        """groups: those of `channel_groups`; only those that can lose channels are shown."""
        self.groups = [group for group in groups if not group.fixed_by]
        self.layers = _layers(model)
        rows = -(-len(self.layers) // PER_ROW)
        step = CELL + STRIP + GAP
        self.canvas = np.zeros((rows * step, PER_ROW * step), np.uint8)
        with house():
            axes = fig.subplots()
            self.image = axes.imshow(np.array(COLORS, np.uint8)[self.canvas], interpolation="nearest")
            axes.axis("off")
            for i, layer in enumerate(self.layers):
                top = i // PER_ROW * step
                left = i % PER_ROW * step
                layer["corner"] = top + GAP, left
                out, read = layer["shape"]
                words = f"{layer['short']}\n{read} → {out}"
                axes.text(left, top + GAP - 2, words, fontsize=8, color=INK, va="bottom", gid=STILL)
            self.words = (
                ("a filter that makes it", BLUE),
                ("a norm that scales it", GREEN),
                ("inputs that read it", ORANGE),
            )
            for i, (text, color) in enumerate(self.words):
                place = i * 2 * step, rows * step + 6
                axes.text(*place, f"■ {text}", color=dark(color), va="top", fontsize=9, gid=STILL)

    def update(self, group, channel):
        """group, channel: counted from 1; a group with fewer channels shows its last."""
        group = self.groups[min(group, len(self.groups)) - 1]
        number = min(channel, len(group.channels))
        rows = group.channels[number - 1]
        canvas = self.canvas
        canvas[:] = NOTHING
        for layer in self.layers:
            self._paint(canvas, layer, rows)
        self.image.set_data(np.array(COLORS, np.uint8)[canvas])
        makes = [axis.parameter for axis in rows if axis.role == "makes"]
        reads = [axis.parameter for axis in rows if axis.role == "reads"]
        norms = [layer for layer in self.layers if layer["norm"] and any(a.parameter == layer["norm"] for a in rows)]
        return (
            f"Channel {number} of {len(group.channels)} in the group of {', '.join(_short(name) for name in makes)}: "
            f"{len(makes)} filter{'s' * (len(makes) > 1)}, {len(norms)} norm{'s' * (len(norms) != 1)}, "
            f"and {len(reads)} layer{'s' * (len(reads) > 1)} that read it, go together."
        )

    def _paint(self, canvas, layer, channel):
        top, left = layer["corner"]
        square = canvas[top : top + CELL, left : left + CELL]
        strip = canvas[top : top + CELL, left + CELL + 2 :]
        square[:] = STAYS
        strip = strip[:, : STRIP - 2]
        strip[:] = STAYS if layer["norm"] else NOTHING
        out, read = layer["shape"]
        for axis, rows in channel.items():
            for row in rows:
                if axis.parameter == layer["weight"] and axis.role == "makes":
                    square[_band(row, out)] = MADE
                elif axis.parameter == layer["weight"] and axis.role == "reads":
                    square[:, _band(row, read)] = READ
                elif axis.parameter == layer["norm"]:
                    strip[_band(row, out)] = SCALED


class ScoresPlot:
    """Accuracy against the share of channels that goes, a line for each score; the bars are the ratio chosen.

    Of several networks, or random draws: lines and bars are the mean, dots each one, the band all random draws.
    """

    def __init__(self, fig, found, ratios, repaired):
        """found, repaired: {score: [[accuracy at each ratio] for each network]}, with old and new statistics."""
        names = list(found)
        self.tables = [{n: 100 * np.atleast_2d(rows) for n, rows in table.items()} for table in (found, repaired)]
        self.ratios = 100 * np.array(ratios)
        colors = [BLUE, ORANGE, GREEN, LIMIT, "#CC79A7", "#56B4E9", MUTED][: len(names)]
        heights = np.arange(len(names))
        with house():
            left, self.right = fig.subplots(1, 2, width_ratios=[1.2, 1])
            self.lines = [left.plot(self.ratios, 0 * self.ratios, color=c, linewidth=1.6)[0] for c in colors]
            self.band = left.fill_between(self.ratios, 0 * self.ratios, color=MUTED, alpha=0.25, linewidth=0)
            self.mark = left.axvline(0, color=INK, linewidth=1, linestyle="--")
            left.set(xlabel="channels that go, % of each group", ylabel="correct answers, %", ylim=(0, 103))
            left.set(title="Every ratio", xlim=(0, self.ratios[-1]))
            self.bars = self.right.barh(heights, [0.0] * len(names), 0.65, color=colors)
            self.dots = [self.right.plot([], [], "o", color=INK, markersize=3)[0] for _ in heights]
            self.values = [self.right.text(0, y, "", va="center", color=INK) for y in heights]
            self.right.set(yticks=heights, yticklabels=names, ylim=(len(names) - 0.5, -0.5), xlim=(0, 118))
            self.right.set(title="The chosen ratio", xlabel="correct answers, %", xticks=range(0, 101, 25))
            self.right.grid(False, axis="y")
            for label, color in zip(self.right.get_yticklabels(), colors, strict=True):
                label.set_color(dark(color))

    def update(self, ratio_percent, new_statistics):
        """ratio_percent: the nearest ratio that was measured is shown · new_statistics: True or False."""
        table = self.tables[new_statistics]
        at = int(np.argmin(np.abs(self.ratios - ratio_percent)))
        self.mark.set_xdata([self.ratios[at]] * 2)
        for i, rows in enumerate(table.values()):
            mean = rows.mean(0)
            each = rows[:, at]
            self.lines[i].set_ydata(mean)
            self.bars[i].set_width(mean[at])
            self.dots[i].set_data(each if len(each) > 1 else [], [i] * len(each) if len(each) > 1 else [])
            self.values[i].set(x=max(each) + 3, text=f"{mean[at]:.0f}")
        drawn = table.get("random", np.zeros((1, len(self.ratios))))
        self.band.set_data(self.ratios, drawn.min(0), drawn.max(0))
        words = ", ".join(f"{name} {rows[:, at].mean():.0f}" for name, rows in table.items())
        kind = "new" if new_statistics else "old"
        return f"{self.ratios[at]:.0f} % of the channels gone, {kind} batch norm statistics, correct in %: {words}."


class SensitivityPlot:
    """A row for each group, a column for each ratio, the accuracy when only that group shrinks; a stair: the plan."""

    def __init__(self, fig, table, plan):
        """table: from `sensitivity` · plan: {group: ratio}, from `plan_ratios`."""
        self.names = list(table)
        ratios = sorted(next(iter(table.values())))
        values = np.array([[100 * table[name][ratio] for ratio in ratios] for name in self.names])
        self.plan = plan
        with house():
            axes = fig.subplots()
            self.image = axes.imshow(values, cmap="cividis", vmin=0, vmax=100, aspect="auto")
            axes.grid(False)
            for (row, column), value in np.ndenumerate(values):
                axes.text(
                    column, row, f"{value:.0f}", ha="center", va="center", color="white" if value < 55 else "black"
                )
            right = np.repeat([ratios.index(plan[name]) + 0.5 for name in self.names], 2)
            down = np.repeat(np.arange(len(self.names) + 1) - 0.5, 2)[1:-1]
            self.stair = axes.plot(right, down, color=LIMIT, linewidth=3, clip_on=False)[0]
            axes.set(xticks=range(len(ratios)), xticklabels=[f"{100 * r:.0f}" for r in ratios])
            axes.set(yticks=range(len(self.names)), yticklabels=[_short(name) for name in self.names])
            axes.set(xlabel="channels that go from this group alone, %", ylabel="group, by its first layer")
            axes.set_title("Correct answers, %; the plan takes what lies left of the line")

    def update(self):
        """Nothing moves."""
        chosen = ", ".join(f"{_short(name)} {100 * self.plan[name]:.0f} %" for name in self.names)
        return f"What each group can lose alone, and what the plan takes: {chosen}."


def _layers(model) -> list[dict]:
    """Each convolution and linear layer, its weight's shape (out, in), and the norm that comes next."""
    layers = []
    for path, module in model.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            name = f"{path}.weight"
            layers.append({"weight": name, "shape": module.weight.shape[:2], "short": _short(name), "norm": ""})
        elif isinstance(module, _NormBase) and layers:
            layers[-1]["norm"] = f"{path}.weight"
    return layers


def _short(parameter: str) -> str:
    """A layer's name without what all of them share.

    >>> _short("blocks.0.body.3.weight"), _short("stem.0.weight"), _short("classifier.weight")
    ('block 0, conv 2', 'stem', 'classifier')
    """
    parts = [part for part in parameter.split(".")[:-1] if part != "body"]
    if parts[0] == "blocks" and parts[2] in ("0", "3"):  # convolution, norm, ReLU, convolution
        return f"block {parts[1]}, conv {1 + int(parts[2]) // 3}"
    if parts[0] == "blocks":
        return f"block {parts[1]}, {' '.join(parts[2:])}".replace("shortcut 0", "shortcut")
    return " ".join(parts).removesuffix(" 0")


def _band(row: int, count: int) -> slice:
    """Where a row of so many lies in a square."""
    return slice(row * CELL // count, max((row + 1) * CELL // count, row * CELL // count + 1))
