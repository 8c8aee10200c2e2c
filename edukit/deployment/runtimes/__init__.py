"""Runtimes: a file is loaded and run, through one interface.

session.py  load(path) gives a Session: numpy arrays in, numpy arrays out
"""
