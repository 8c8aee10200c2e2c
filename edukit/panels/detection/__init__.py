"""The panels of the lesson on detection.

ideas.py   overlap, anchors, suppression step by step, the BiFPN
scenes.py  suppression on a scene, precision and recall, what each stage finds
recipe.py  what each stage of the recipe costs and keeps, and what each part loses
"""

from edukit.panels.detection.ideas import anchors, bifpn, overlap, suppression_steps
from edukit.panels.detection.recipe import parts, recipe
from edukit.panels.detection.scenes import precision_recall, stages, suppression

__all__ = [
    "anchors",
    "bifpn",
    "overlap",
    "parts",
    "precision_recall",
    "recipe",
    "stages",
    "suppression",
    "suppression_steps",
]
