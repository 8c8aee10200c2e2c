"""Pruning of channels: filters, neurons and heads really go, and the network becomes smaller. Lesson 07.

groups.py         which rows and columns of which layers are the same channel
trace/            finds that out for any model
importance.py     scores that need data, or the norm behind the filter: Taylor, activity, batch norm
choose.py         the weakest channels of each group
remove.py         takes channels out, or writes zeros in their place
shrink.py         all of it: a smaller model
budget.py         shrink to a share of the multiply-accumulates
allot.py          how many channels each group loses for it
output_change.py  what a group's channels cost, measured without labels
work.py           where the multiply-accumulates are
progressive.py    in steps, with training in between
reestimate.py     new batch norm statistics from unlabelled images
sensitivity.py    which layers can lose channels, and a plan
"""
