"""Checked exercises, a room for each topic, so that a lesson says which exercises are its own:

from edukit.checks import quantization as check

check.quantize(your_function)      right, not attempted, or what is wrong
check.quantize.hint()              the next hint, from general to specific
check.quantize.solution()          a right answer that runs when it is pasted into a cell
edukit.checks.overview()           which exercises of which lesson were solved on this machine, and when

verdict.py  an exercise, its questions and its known mistakes
asking.py   a learner's function is asked: it ends in a value or in a sentence
alike.py    when two answers are the same
form.py     what is wrong with the form of an answer
starter.py  whether a function is still the starter code
lessons.py  which lesson asks which exercise
pasted.py   the text of a solution, with all that it needs
solved.py   what was solved is remembered
tour.py     the exercises of lesson 00
"""

from edukit.checks.solved import overview
from edukit.checks.verdict import Exercise, Verdict

__all__ = ["Exercise", "Verdict", "overview"]
