"""Scenes with boxes: dashed white those that are there, coloured those that were found.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from matplotlib.patches import Rectangle

from edukit.detection import nms
from edukit.detection.coco import judge
from edukit.plots.layers import STILL
from edukit.plots.style import INK, ORANGE, house

BLUE = "#56B4E9"  # bright enough on a photograph
MOST = 100  # boxes that can be drawn on a scene


class SuppressionPlot:
    """One scene and all the boxes that a detector found on it; two thresholds decide which of them stay."""

    def __init__(self, fig, image, found, truth, names):
        """image: (3, H, W) in 0..1; found: (boxes, scores, classes); truth: (boxes, classes); names: of the classes."""
        self.found = [np.asarray(part) for part in found]
        self.truth = truth
        with house():
            axes = fig.subplots(1, 2, gridspec_kw={"width_ratios": [1, 1]})
            self.scenes = [_Scene(one, image, names) for one in axes]
            self.titles = [one.set_title("") for one in axes]
        for scene in self.scenes:
            scene.show_truth(*truth)

    def update(self, score_percent, iou_percent):
        """score_percent: boxes with a lower score are left out; iou_percent: the threshold of the suppression."""
        boxes, scores, classes = (part[self.found[1] >= score_percent / 100] for part in self.found)
        kept = nms(boxes, scores, threshold=iou_percent / 100, classes=classes)
        hits, objects = judge((boxes[kept], scores[kept], classes[kept]), self.truth, threshold=0.5)
        self.scenes[0].show_found(boxes, scores, classes, np.ones(len(boxes), bool), named=False)
        self.scenes[1].show_found(boxes[kept], scores[kept], classes[kept], hits)
        self.titles[0].set_text(f"score at least {score_percent} %: {len(boxes)} boxes")
        self.titles[1].set_text(f"after suppression: {len(kept)} boxes")
        right = int(hits.sum())
        return (
            f"{len(boxes)} boxes have a score of at least {score_percent} %, {len(kept)} stay after suppression at IoU "
            f"{iou_percent} %: {right} of {objects} objects found (blue), {len(kept) - right} boxes wrong (orange)."
        )


class StagesPlot:
    """A row of scenes, as each of several detectors sees them: blue boxes are right, orange ones wrong."""

    def __init__(self, fig, images, truth, stages, names):
        """images: (N, 3, H, W); truth: N times (boxes, classes); stages: {name: N times (boxes, scores, classes)}."""
        self.truth = truth
        self.stages = stages
        with house():
            axes = np.atleast_1d(fig.subplots(1, len(images)))
            self.scenes = [_Scene(one, image, names) for one, image in zip(axes, images, strict=True)]
        for scene, objects in zip(self.scenes, truth, strict=True):
            scene.show_truth(*objects)

    def update(self, stage):
        """stage: the name of one of the stages."""
        if stage not in self.stages:
            raise ValueError(f"stage must be one of {', '.join(self.stages)}, got {stage!r}")
        right, wrong, objects = 0, 0, 0
        for scene, found, truth in zip(self.scenes, self.stages[stage], self.truth, strict=True):
            hits, count = judge(found, truth, threshold=0.5)
            scene.show_found(*found, hits)
            right += int(hits.sum())
            wrong += int((~hits).sum())
            objects += count
        return f"{stage}: {right} of {objects} objects found (blue), {wrong} boxes wrong (orange)."


class _Scene:
    """An image with places for boxes on it."""

    def __init__(self, axes, image, names):
        self.names = names
        axes.imshow(np.asarray(image).transpose(1, 2, 0), interpolation="nearest", gid=STILL)
        axes.axis("off")
        self.axes = axes
        self.found = [_patch(axes, "-") for _ in range(MOST)]
        self.words = [axes.text(0, 0, "", fontsize=7, visible=False, **_tag()) for _ in range(MOST)]

    def show_truth(self, boxes, classes):
        for box in boxes:
            _move(_patch(self.axes, ":"), box, "white")

    def show_found(self, boxes, scores, classes, hits, named=True):
        for place, (patch, words) in enumerate(zip(self.found, self.words, strict=True)):
            there = place < len(boxes)
            patch.set_visible(there)
            words.set_visible(there and named)
            if there:
                color = BLUE if hits[place] else ORANGE
                _move(patch, boxes[place], color)
                x = float(np.clip(boxes[place][0], 1, 90))
                y = float(np.clip(boxes[place][1], 7, 90))  # the words stand above the corner, and need 7 pixels
                words.set(text=f"{self.names[classes[place]]} {100 * scores[place]:.0f}", position=(x, y))
                words.get_bbox_patch().set_facecolor(color)


def _tag():
    return {"color": INK, "va": "bottom", "ha": "left", "clip_on": True, "bbox": {"pad": 1, "linewidth": 0}}


def _patch(axes, style):
    return axes.add_patch(Rectangle((0, 0), 1, 1, fill=False, visible=False, linestyle=style, linewidth=1.8))


def _move(patch, box, color):
    x1, y1, x2, y2 = np.asarray(box, float) - 0.5  # a pixel of imshow has its centre on a whole number
    patch.set(x=x1, y=y1, width=x2 - x1, height=y2 - y1, edgecolor=color, visible=True)
