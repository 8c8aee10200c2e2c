"""Files: a model leaves Python, and stays whole.

export.py       export(model, example, path): the format, the checks, the one rename
to_onnx.py      ONNX: float, and QDQ with int8 weights
mobile.py       ExecuTorch and LiteRT: one row, with a signature
rewritten.py    operators that all runtimes compute alike
decomposed.py   quantized graphs in the converters' own operators
signature.py    names and shapes behind a file
packed.py       smaller ONNX files: two codes of 4 bits in a byte, short names
seal.py         a checksum inside the file, and atomic writes
parity.py       the same answers? in numbers, for each file
"""
