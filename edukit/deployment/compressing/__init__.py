"""Compressing: the smallest file of any model that keeps a budget. Lesson 15.

compress.py    compress(model, data, budget): the whole search
budget.py      what a file may weigh, lose and take
units.py       100kB, 5ms: as people write them
examples.py    the caller's data in four parts
quality.py     accuracy; without labels, agreement with the original
steps.py       fewer channels, training, fewer bits
starts.py      the original, and a student that has learnt from it
candidates.py  networks by start and share, made and judged
sizes.py       how large a file will be, without writing it
search.py      which shares are tried
choice.py      the smallest written file within the budget
finish.py      the one look at the test images, and the files
found.py       the result as tables
notes.py       what the figures cannot tell
card.py        the model card
loaded.py      a model and images from files, as a terminal names them
output.py      the folder, whole or not there
"""
