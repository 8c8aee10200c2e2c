"""Drawings of detection: anchors, feature maps, suppression. Lesson 12.

anchors.py            the anchors of one level around an object, and which of them answer for it
suppression_steps.py  boxes from the best to the worst, and what drops each of them
bifpn.py              three feature maps that tell each other what they see
"""
