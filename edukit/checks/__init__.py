"""Checked exercises, a room for each topic, so that a lesson says which exercises are its own:

from edukit.checks import quantization as check

check.quantize(your_function)      right, not attempted, or what is wrong
check.quantize.solution()          the package's own source, for teachers and for the stuck

verdict.py  an exercise, its questions and its known mistakes
asking.py   a learner's function is asked: it ends in a value or in a sentence
alike.py    when two answers are the same
tour.py     the exercises of lesson 00
"""

from edukit.checks.verdict import Exercise, Verdict

__all__ = ["Exercise", "Verdict"]
