"""On disk: what was written is whole, and is there as soon as it is known.

sealed.py   files that are whole: a checksum inside, written beside their place and renamed
journal.py  results on disk as soon as they are known; parallel, resumable
"""
