"""Drawings of distillation.

two_pulls.py  how the teacher and the label pull at one student, class by class
"""
