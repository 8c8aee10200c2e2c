"""The result of compressing: what was found, in tables, words and files.

found.py   the result as tables
notes.py   what the figures cannot tell
card.py    the model card
output.py  the folder, whole or not there
finish.py  the one look at the test images, and the files
"""
