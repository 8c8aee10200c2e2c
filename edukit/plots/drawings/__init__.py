"""Drawings of ideas: boxes, arrows, cells and number lines on one light sheet, every number on it computed by the kit.

Folders are named after the rooms whose ideas they draw; the files here are what every drawing is made of.

sheet.py        the sheet that all drawings lie on, and words on it that are known to fit
shapes.py       boxes with words, arrows with corners, brackets, meters
cells.py        squares in rows or in a bank of filters, which fill up, empty, carry numbers and frames
number_line.py  ticks with words below, and a value that moves to the nearest of them
frames.py       an area that stands for an image, and outlines of boxes on it
"""
