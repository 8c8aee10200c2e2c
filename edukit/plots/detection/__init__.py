"""Pictures of detection.

overlap.py  two boxes, what they share, and their IoU
scenes.py   a scene with the boxes that were found, and those that are there
curve.py    precision and recall as the threshold of the score moves
"""
