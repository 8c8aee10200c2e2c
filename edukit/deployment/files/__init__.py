"""Files: a model leaves Python, and stays whole.

export.py  ONNX: float, and QDQ with int8 weights
seal.py    a checksum inside the file, and atomic writes
"""
