"""Compressing: the smallest file of any model that keeps a budget. Lesson 15.

compress.py    compress(model, data, budget): the whole search
budget.py      what a file may weigh, lose and take
units.py       100kB, 5ms: as people write them
loaded.py      a model and images from files, as a terminal names them
examples.py    the caller's data in four parts
quality.py     accuracy; without labels, agreement with the original
starts.py      the original, and a student that has learnt from it
steps.py       fewer channels, training, fewer bits
candidates.py  networks by start and share, made and judged
sizes.py       how large a file will be, without writing it
search.py      which shares are tried
choice.py      the smallest written file within the budget
result/        the result as tables, words and files
"""
