"""Why did the accuracy drop? Layers switched on and off, one at a time. Lesson 03b.

partial.py         the rounding of each layer switched on and off
activations.py     a network's activations, watched once, put on grids of any range
sensitivity.py     layer_errors, sensitivity: which layer suffers, and which one matters
mixed.py           allocate_bits: the bits of each layer under a budget
layer_rounding.py  to which code each weight of one layer was rounded
activation_use.py  how activations use their grids, on calibration and on evaluation data
fixes.py           changes that may bring the accuracy back, one at a time
questions.py       the questions of a diagnosis, each answered by a measurement
trials.py          one change after the other, until the accuracy is back, and the cause that follows
quick.py           a quick diagnosis: two evaluations, and the rest from the first inputs
diagnose.py        diagnose: one question after the other, and what follows
diagnosis.py       the table of what was measured, and the advice
"""
