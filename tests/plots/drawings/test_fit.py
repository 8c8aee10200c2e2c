"""No words on any drawing touch other words, a line, or the edge of a box or of the figure, whatever it shows."""

from functools import partial
from itertools import combinations, product

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from edukit.panels import Panel
from edukit.plots import Picture
from edukit.plots.detection.overlap import OverlapPlot
from edukit.plots.drawings.deployment.four_ways import NOTES as WAYS
from edukit.plots.drawings.deployment.four_ways import FourWaysPlot
from edukit.plots.drawings.deployment.model_memory import ModelMemoryPlot
from edukit.plots.drawings.deployment.shards import ShardsPlot
from edukit.plots.drawings.detection.anchors import AnchorsPlot
from edukit.plots.drawings.detection.bifpn import BifpnPlot
from edukit.plots.drawings.detection.suppression_steps import SuppressionStepsPlot
from edukit.plots.drawings.distillation.two_pulls import TwoPullsPlot
from edukit.plots.drawings.networks.attention_fill import AttentionFillPlot
from edukit.plots.drawings.networks.block import KINDS, BlockPlot
from edukit.plots.drawings.networks.block_fill import BlockFillPlot
from edukit.plots.drawings.networks.block_memory import BlockMemoryPlot
from edukit.plots.drawings.pruning.filter_bank import NOTES, FilterBankPlot
from edukit.plots.drawings.quantization.bit_fields import FORMATS, BitFieldsPlot
from edukit.plots.drawings.quantization.folded_norm import MODES, FoldedNormPlot
from edukit.plots.drawings.quantization.integer_layer import IntegerLayerPlot
from edukit.plots.drawings.quantization.latent_weights import LatentWeightsPlot
from edukit.plots.drawings.quantization.merged_codes import MergedCodesPlot
from edukit.plots.drawings.quantization.number_grid import NumberGridPlot
from edukit.plots.drawings.quantization.placement_steps import STEPS, PlacementPlot
from edukit.plots.drawings.quantization.rounding_plane import METHODS, RoundingPlanePlot
from edukit.plots.drawings.quantization.shared_scales import SHARINGS, SharedScalesPlot
from edukit.plots.drawings.quantization.sign_product import SignProductPlot

NUMBERS = [dict(bits=b, symmetric=s, value=v) for b, s, v in product((2, 3, 8), (False, True), (-2.8, -0.3, 0.99, 2.8))]
SMALL_NUMBERS = [dict(bits=b, symmetric=s, value=v) for b, s, v in product((2, 5), (False, True), (-2.8e-3, 0, 1e-3))]
PRUNED = [dict(kind=kind, sparsity_percent=percent) for kind, percent in product(NOTES, (0, 50, 90))]
SCALES = [dict(share=share, scale_bits=bits) for share, bits in product(SHARINGS, (8, 16, 32))]
REQUESTED = [dict(request=request, pin_a=pin) for request, pin in product(range(1, 9), (False, True))]
CLIPPED = partial(IntegerLayerPlot, x=(-1, -0.9), weights=(-0.5, 1.3), bias=-2, x_range=(-1, 1), y_range=(-1, 0.5))
ROUNDED = [dict(rounding=r, step=s, first_weight=w) for r, s, w in product(METHODS, range(4), (0.3, 0.4))]
MOVED = [dict(x=x, y=y, width=w, height=h) for x, y, w, h in product((0, 7, 12), (0, 10), (2, 12), (2, 10))]
STORED = [dict(format=name, value=value) for name, value in product(FORMATS, (-8.0, -1.6, 0.0, 0.01, 7.7))]
DRAWINGS = {
    "number": (NumberGridPlot, NUMBERS),
    "number, range from 0": (partial(NumberGridPlot, low=0.0, high=6.0), NUMBERS),
    "number, range to 0": (partial(NumberGridPlot, low=-6.0, high=0.0), NUMBERS),
    "number, equal ends": (partial(NumberGridPlot, low=-2.0, high=2.0), NUMBERS),
    "number, small range": (partial(NumberGridPlot, low=-1e-3, high=2e-3), SMALL_NUMBERS),
    "layer": (IntegerLayerPlot, [dict(step=step) for step in range(7)]),
    "layer, clipped": (CLIPPED, [dict(step=step) for step in (0, 2, 5)]),
    "bank": (FilterBankPlot, PRUNED),
    "four ways": (FourWaysPlot, [dict(way=way) for way in WAYS]),
    "attention": (AttentionFillPlot, [dict(step=step) for step in (0, 1, 6, 12)]),
    "attention, long": (partial(AttentionFillPlot, length=30, features=2), [dict(step=step) for step in (0, 1, 30)]),
    "attention, narrow": (partial(AttentionFillPlot, length=2, features=1), [dict(step=step) for step in range(3)]),
    "block": (BlockPlot, [dict(kind=kind) for kind in KINDS]),
    "block, small": (partial(BlockPlot, channels=8, size=1), [dict(kind=kind) for kind in KINDS]),
    "block, large": (partial(BlockPlot, channels=512, size=224), [dict(kind=kind) for kind in KINDS]),
    "block memory": (BlockMemoryPlot, [dict(step=s, residual=r) for s, r in product(range(1, 6), (True, False))]),
    "latent weights": (LatentWeightsPlot, [dict(step=step) for step in range(6)]),
    "folded norm": (FoldedNormPlot, [dict(mode=mode) for mode in MODES]),
    "blocks": (BlockFillPlot, [dict(step=step) for step in range(7)]),
    "blocks, many": (partial(BlockFillPlot, blocks=6, block=3, features=4), [dict(step=step) for step in (0, 1, 21)]),
    "blocks, one": (partial(BlockFillPlot, blocks=1, block=1, features=1), [dict(step=step) for step in range(2)]),
    "scales": (SharedScalesPlot, SCALES),
    "bits": (BitFieldsPlot, STORED),
    "signs": (SignProductPlot, [dict(step=step) for step in range(5)]),
    "memory": (ModelMemoryPlot, REQUESTED),
    "shards": (ShardsPlot, [dict(layers=layers) for layers in range(1, 25)]),
    "shards, few": (partial(ShardsPlot, layers=4), [dict(layers=layers) for layers in (1, 2, 3)]),
    "anchors": (AnchorsPlot, [dict(stride=stride, size=size) for stride in (4, 8, 16) for size in (4, 30, 90)]),
    "suppression": (SuppressionStepsPlot, [dict(step=step) for step in range(8)]),
    "bifpn": (BifpnPlot, [dict(step=step) for step in range(5)]),
    "overlap": (OverlapPlot, MOVED),
    "placement": (PlacementPlot, [dict(step=step) for step in range(len(STEPS))]),
    "rounding": (RoundingPlanePlot, ROUNDED),
    "pulls": (TwoPullsPlot, [dict(temperature=t, alpha=a) for t, a in product((0.5, 1, 4, 20), (0.0, 0.1, 0.5, 1.0))]),
    "merged codes": (MergedCodesPlot, [dict(window=window) for window in range(4, 13)]),
}

BASIC = [
    "number",
    "layer",
    "bank",
    "attention",
    "block",
    "blocks",
    "scales",
    "bits",
    "signs",
    "anchors",
    "suppression",
    "bifpn",
    "overlap",
    "memory",
    "shards",
    "placement",
    "rounding",
    "merged codes",
    "pulls",
]


def words(axes):
    """{text: its box in pixels of the picture}."""
    shown = [text for text in axes.texts if text.get_visible() and text.get_text()]
    return {text: text.get_window_extent() for text in shown}


def lines(axes):
    """All lines that are drawn, as paths in pixels of the picture."""
    paths = [line.get_transform().transform_path(line.get_path()) for line in axes.lines if line.get_visible()]
    for collection in axes.collections:
        if isinstance(collection, LineCollection) and collection.get_visible():
            paths += [collection.get_transform().transform_path(path) for path in collection.get_paths()]
    return [path for path in paths if len(path.vertices) > 1]


def collisions(picture) -> list[str]:
    axes = picture.axes[0]
    boxes = words(axes)
    found = [f"{a.get_text()!r} on {b.get_text()!r}" for a, b in combinations(boxes, 2) if boxes[a].overlaps(boxes[b])]
    for text, box in boxes.items():
        if not (box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.bbox.x1 and box.y1 <= picture.bbox.y1):
            found.append(f"{text.get_text()!r} leaves the sheet")
        found += [f"{text.get_text()!r} on a line" for path in lines(axes) if path.intersects_bbox(box, filled=False)]
        for patch in (p for p in axes.patches if isinstance(p, FancyBboxPatch) and p.get_visible()):
            frame = patch.get_window_extent()
            if frame.overlaps(box) and not (frame.contains(*box.min) and frame.contains(*box.max)):
                found.append(f"{text.get_text()!r} leaves its box")
    return found


@pytest.mark.parametrize("name", DRAWINGS)
def test_words_touch_nothing(name):
    plot, states = DRAWINGS[name]
    picture = Picture(plot, **states[0])
    for state in states:
        picture.move(**state)
        assert not collisions(picture), state


@pytest.mark.parametrize("name", BASIC)
@pytest.mark.parametrize("figsize", [(4.5, 2.8), (10.0, 4.0)])
def test_a_sheet_of_another_size_shrinks_or_grows_as_a_whole(name, figsize):
    plot, states = DRAWINGS[name]
    assert not collisions(Picture(plot, figsize=figsize, **states[-1]))


@pytest.mark.parametrize("name", DRAWINGS)
def test_words_are_large_enough_and_every_state_has_its_own_sentence(name):
    plot, states = DRAWINGS[name]
    figure = Figure(figsize=(7, 2.8))
    drawing = plot(figure)
    said = {drawing.update(**state) for state in states}
    assert min(text.get_size() for text in figure.axes[0].texts) >= 9  # points at 700 pixels
    alike = {"bank": 2}.get(name, 0)  # 2:4 takes out half, whatever the slider says
    assert len(said) == len(states) - alike and all(sentence.endswith(".") for sentence in said)


@pytest.mark.parametrize("name", BASIC)
def test_what_moves_is_drawn_as_in_a_new_picture(name):
    plot, states = DRAWINGS[name]
    picture = Picture(plot, **states[0])
    picture.png()
    picture.move(**states[-1])
    moved = picture.png()
    pixels = np.asarray(picture.canvas.buffer_rgba()).copy()
    picture.canvas.draw()
    assert (pixels == np.asarray(picture.canvas.buffer_rgba())).all()
    assert moved == Picture(plot, **states[-1]).png()


def test_drawings_take_the_controls_of_a_panel():
    panel = Panel(NumberGridPlot, bits=(2, 8, 3), symmetric=False, value=(-2.6, 2.6, 0.7))
    panel.controls["bits"].value = 4
    assert panel.description.startswith("4 bits, asymmetric: 16 codes")


def test_a_collision_is_seen():
    picture = Picture(BlockPlot, kind="standard")
    picture.axes[0].text(20, 20, "some words that lie here")
    assert not collisions(picture)
    picture.axes[0].text(60, 25, "and others")
    picture.axes[0].text(40, 90, "half in a box, half outside")
    picture.axes[0].text(650, 20, "longer than the sheet")
    assert len(collisions(picture)) == 3
