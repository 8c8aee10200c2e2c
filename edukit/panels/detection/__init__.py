"""The panels of the lesson on detection.

ideas.py   overlap, anchors, suppression step by step, the BiFPN
scenes.py  suppression on a scene, precision and recall, what each stage finds
"""

from edukit.panels.detection.ideas import anchors, bifpn, overlap, suppression_steps
from edukit.panels.detection.scenes import precision_recall, stages, suppression

__all__ = ["anchors", "bifpn", "overlap", "precision_recall", "stages", "suppression", "suppression_steps"]
