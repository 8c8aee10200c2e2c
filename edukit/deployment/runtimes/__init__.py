"""Runtimes: a file is loaded and run, through one interface.

session.py      load(path) gives a Session: numpy arrays in, numpy arrays out
opened.py       an opened file, in the same form for all runtimes
onnxruntime.py  reads .onnx
executorch.py   reads .pte
litert.py       reads .tflite
module.py       torch: a model in memory
installed.py    what must be installed for which format
"""
