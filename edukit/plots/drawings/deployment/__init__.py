"""Drawings of deployment: the way to a file, and models in a phone's memory. Lessons 14 and 15.

model_memory.py  files on disk, and models in memory under a budget of bytes
shards.py        what a file in shards can answer when
pipeline.py      from a teacher to a file: what each step does to numbers, bytes and work
four_ways.py  one layer made smaller in five ways, and its bytes
"""
